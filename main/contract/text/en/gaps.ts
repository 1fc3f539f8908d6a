/** Why a second is not recorded, and why a stream has no picture. Each in one form, wherever it is said. */
import type { GapCause, LossCause } from '../../model.ts';

export const gaps = {
  /** As the legend says it. */
  cause: {
    lost: 'the camera did not answer',
    network: 'this computer had no network',
    refused: 'user name or password refused',
    notKeptUp: 'this computer did not keep up',
    diskFull: 'the disk was full',
    diskGone: 'the disk was gone or took no writing',
    closed: 'Nightjar was closed',
    asleep: 'the computer was asleep',
    paused: 'recording paused by you',
    noEvent: 'no event: recorded only around events',
    schedule: 'outside its hours',
    off: 'not recorded, as you set it',
    privacy: 'privacy: everything paused by you',
    deleted: 'deleted, by you or as the oldest',
    clock: 'the computer’s clock was set',
    codec: 'the stream cannot be recorded',
    unknown: 'cause unknown',
  } satisfies Record<GapCause, string>,
  /** As it stands in a gap that is wide enough. */
  short: {
    lost: 'lost',
    network: 'no network',
    refused: 'refused',
    notKeptUp: 'not kept up',
    diskFull: 'disk full',
    diskGone: 'disk gone',
    closed: 'closed',
    asleep: 'asleep',
    paused: 'paused by you',
    noEvent: 'no event',
    schedule: 'outside its hours',
    off: 'not recorded',
    privacy: 'privacy',
    deleted: 'deleted',
    clock: 'clock set',
    codec: 'codec',
    unknown: 'unknown',
  } satisfies Record<GapCause, string>,
  recorded: 'recorded',
  /** Why there is no picture: a sentence. */
  loss: {
    noAnswer: 'The camera does not answer.',
    noSuchHost: 'The network does not know this camera’s name.',
    network: 'This computer has no network to the camera. Check its cable or its Wi-Fi.',
    closed: 'The camera closed the connection.',
    stalled: 'The camera stopped sending pictures.',
    garbage: 'The camera sends what is no picture.',
    codec: 'The camera sends a kind of video that Nightjar does not know. Set it to H.264 on the camera’s own page.',
    keychain: 'The keychain did not give the camera’s password. Unlock it.',
    oneConnection:
      'The camera grants one connection, and the recording has it. Let it serve more viewers, or set it to H.264, on its own page.',
    failed: 'The connection to the camera failed.',
  } satisfies Record<LossCause, string>,
};
