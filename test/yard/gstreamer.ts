/**
 * Starts Debian's GStreamer RTSP server (packages python3-gi, gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-good,
 * -bad and -ugly) as a child process that ends with this one: a server that nobody here wrote, to hold our clients
 * against. `gstreamerMissing` says why it cannot run here, for a test to skip by; starting it then throws.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { clipFrames, longFile, soundClip, videoClip } from './clips.ts';
import { clipMarkFor } from './film.ts';
import { defaultPlans } from './plans.ts';

export interface GstPlan {
  host: string;
  /** null: no password is asked for. */
  credentials: { user: string; password: string } | null;
  /** With a clip of the yard. */
  sound: 'AAC' | 'PCMA' | null;
  /**
   * A clip of the yard that ends after ten minutes, GStreamer's own test picture encoded as it goes, or elements up to
   * the payloaders `pay0` and `pay1`.
   */
  picture: 'clip' | 'test' | readonly string[];
}

export interface GstServer {
  host: string;
  port: number;
  /** Without credentials. */
  url: string;
  /** May be called twice. */
  close(): Promise<void>;
}

const script = path.join(import.meta.dirname, 'gstServer.py');
const pythons = ['/usr/bin/python3', 'python3'];
const streamPath = '/live';
const readyWithinMs = 20_000;
/** Ten minutes. */
const loops = 30;

/** null when GStreamer's server can run here. */
export function gstreamerMissing(): string | null {
  return python() ? null : 'GStreamer’s RTSP server for Python is not installed';
}

export async function startGstServer(plan: GstPlan, signal: AbortSignal): Promise<GstServer> {
  const program = python();
  if (!program) throw new Error(gstreamerMissing() ?? '');
  const pipeline = await pipelineOf(plan, signal);
  const child = spawn(program, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  child.stdin.on('error', () => undefined);
  const { user = null, password = null } = plan.credentials ?? {};
  child.stdin.write(`${JSON.stringify({ host: plan.host, port: 0, path: streamPath, pipeline, user, password })}\n`);
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)]);
    const died = ended.then(() => {
      throw new Error('GStreamer’s server ended before it was ready');
    });
    // It does end, later on.
    died.catch(() => undefined);
    const first = once(createInterface({ input: child.stdout }), 'line', { signal: until });
    // The one argument of 'line' is its text, and the server's first line is as gstServer.py writes it.
    const [line] = (await Promise.race([first, died])) as [string];
    const { port, reason } = JSON.parse(line) as { port?: number; reason?: string };
    if (port === undefined) throw new Error(reason ?? 'no port');
    return { host: plan.host, port, url: `rtsp://${plan.host}:${port}${streamPath}`, close };
  } catch (error) {
    child.kill();
    await close();
    throw error;
  }
}

async function pipelineOf({ picture, sound }: GstPlan, signal: AbortSignal): Promise<string> {
  if (typeof picture === 'object') return `( ${picture.join(' ')} )`;
  const [plan] = defaultPlans(1);
  if (!plan?.sub) throw new Error('no plan');
  const { video, profile, widthPixels, heightPixels, framesPerSecond, keyframeEvery, bitsPerSecond } = plan.sub;
  const size = { widthPixels, heightPixels, framesPerSecond, keyframeEvery, bitsPerSecond };
  const payload = 'h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1';
  const parts: string[] = [];
  if (picture === 'clip') {
    const clip = await videoClip({ video, profile, ...size, scene: 0, clipMark: clipMarkFor(0, 'sub') }, signal);
    const soundFile = sound && (await soundClip(sound, clipFrames / framesPerSecond, signal));
    const soundFormat = sound === 'PCMA' ? 'alaw' : 'aac';
    const file = await longFile({ video: clip, framesPerSecond, sound: soundFile, soundFormat }, loops, signal);
    parts.push(`filesrc location="${file}" ! matroskademux name=d d. ! queue ! ${payload}`);
    if (sound === 'PCMA') parts.push('d. ! queue ! rtppcmapay name=pay1 pt=8');
    if (sound === 'AAC') parts.push('d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97');
  } else {
    const raw = `video/x-raw,width=${widthPixels},height=${heightPixels},framerate=${framesPerSecond}/1`;
    parts.push(
      `videotestsrc is-live=true pattern=ball ! ${raw} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=${keyframeEvery} ! ${payload}`,
    );
  }
  return `( ${parts.join(' ')} )`;
}

let found: string | null | undefined;

function python(): string | null {
  const check = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
  found ??=
    pythons.find((program) => spawnSync(program, ['-c', check], { stdio: 'ignore', timeout: 20_000 }).status === 0) ??
    null;
  return found;
}
