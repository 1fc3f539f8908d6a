/** What the end of a connection, or a problem with its address, means for what is shown and what is recorded. Pure. */
import type { GapCause } from '../../contract/model.ts';
import type { Problem } from '../../contract/problems.ts';
import type { ConnectionEnd } from './connection.ts';

export type Cause = ConnectionEnd['cause'];

/** Why nothing is recorded then. */
export function gapCause(cause: Cause): GapCause {
  return cause === 'refused' || cause === 'codec' || cause === 'network' ? cause : 'lost';
}

/** What a problem with the address means for the stream. */
export function causeOf(problem: Problem): Cause {
  switch (problem.code) {
    case 'passwordRefused':
    case 'passwordMissing':
    case 'passwordInClear':
      return 'refused';
    case 'noAnswer':
    case 'noSuchHost':
      return problem.code;
    case 'noNetwork':
      return 'network';
    case 'keychainLocked':
    case 'keychainMissing':
      return 'keychain';
    case 'noStreams':
    case 'unsupportedCodec':
      return 'codec';
    case 'notACamera':
      return 'garbage';
    // The time to ask was over.
    case 'cancelled':
      return 'noAnswer';
    default:
      return 'failed';
  }
}
