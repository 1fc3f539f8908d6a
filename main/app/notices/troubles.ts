/** What is wrong with a camera now, as a notice would tell it. Pure. */
import { isTroubled } from '../../contract/health.ts';
import type { CameraStatus } from '../../contract/model.ts';
import type { NoticeCause } from '../../contract/notices.ts';
import type { Trouble } from './rules.ts';

/** A camera's clock that is off by more is told. */
const clockFarMs = 60_000;

/** What keeps it from being recorded, and its clock. */
export function troublesOf(status: CameraStatus): Trouble[] {
  const { cameraId, clockOffsetMs, stream } = status;
  const troubles: Trouble[] = [];
  if (isTroubled(status)) troubles.push({ cause: whyNot(status), cameraId });
  if (stream.state === 'live' && clockOffsetMs !== null && Math.abs(clockOffsetMs) > clockFarMs) {
    troubles.push({ cause: 'clock', cameraId });
  }
  return troubles;
}

export function isAnswering({ stream }: CameraStatus): boolean {
  return stream.state === 'live' || stream.state === 'refused' || (stream.state === 'connecting' && stream.answered);
}

function whyNot({ recording, stream }: CameraStatus): NoticeCause {
  switch (recording.recording ? null : recording.cause) {
    case 'diskFull':
      return 'stoppedFull';
    case 'diskGone':
      return 'stoppedGone';
    case 'notKeptUp':
      return 'stoppedBehind';
    case 'codec':
      return 'stoppedCodec';
    default:
      // What the recorder has not been told yet, the connection knows.
      return stream.state === 'refused' ? 'refused' : 'lost';
  }
}
