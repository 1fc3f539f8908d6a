/**
 * The first picture of a stream as a JPEG, for the moment when a camera is added. One short connection of its own;
 * the credentials go to ffmpeg by stdin. Leaves it to the caller whether the stream may be asked for at all.
 */
import { Readable } from 'node:stream';
import { bad, type Outcome, type Problem } from '../../contract/problems.ts';
import { askBeforeFfmpeg } from './beforeFfmpeg.ts';
import { type Ffmpeg, runFfmpeg } from './ffmpeg.ts';
import { endOf, withoutSecrets, type IntakeEnd } from './intakeEnd.ts';
import { intakeInput, intakeScript, type StreamSource } from './intakeScript.ts';

const deadlineMs = 15_000;
const jpeg = ['-map', '0:v:0', '-frames:v', '1', '-vf', 'scale=trunc(min(640\\,iw)/2)*2:-2', '-c:v', 'mjpeg'];
const toStdout = ['-q:v', '4', '-pix_fmt', 'yuvj420p', '-f', 'image2pipe', 'pipe:1'];

/** A JPEG of the first keyframe, at most 640 pixels wide. Within 15 s, or it has failed. */
export async function firstPicture(
  ffmpeg: Ffmpeg,
  source: StreamSource,
  signal: AbortSignal,
): Promise<Outcome<Uint8Array<ArrayBuffer>>> {
  const asked = await askBeforeFfmpeg(source, signal);
  if (signal.aborted) return bad({ code: 'cancelled' });
  if (!asked.ok) return bad(problemOf(asked.end, source));
  const script = intakeScript(asked.source, 'long', false);
  if (script === null) return bad({ code: 'passwordRefused' });
  const ran = await runFfmpeg(ffmpeg, {
    args: ['-skip_frame', 'nokey', ...intakeInput('long', false), ...jpeg, ...toStdout],
    input: Readable.from([Buffer.from(script)]),
    signal,
    deadlineMs,
  });
  if (ran.ok && ran.value.stdout.length > 0) return { ok: true, value: ran.value.stdout };
  if (ran.ok) return bad({ code: 'ffmpegFailed', reason: 'no picture came' });
  return bad(
    ran.problem.code === 'ffmpegFailed'
      ? problemOf({ cause: endOf(ran.problem.reason, 1), text: ran.problem.reason }, source)
      : ran.problem,
  );
}

function problemOf({ cause, text, inClear = false }: IntakeEnd, source: StreamSource): Problem {
  const { hostname: host, port, protocol } = new URL(source.url);
  switch (cause) {
    case 'refused':
      return { code: inClear ? 'passwordInClear' : 'passwordRefused' };
    case 'noSuchHost':
      return { code: 'noSuchHost', host };
    case 'noAnswer':
      return { code: 'noAnswer', host, port: port === '' ? (protocol === 'rtsps:' ? 322 : 554) : Number(port) };
    default:
      return { code: 'ffmpegFailed', reason: withoutSecrets(text, source) };
  }
}
