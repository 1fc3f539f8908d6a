/**
 * Small pictures of moments in the archive, for hovering and for lists: of the keyframe at or before the moment, which is
 * at most a few seconds away. Asks each camera by a stream of its own, one question at a time, the newest first, and keeps
 * the last few hundred pictures. A stream that nobody asks for half a minute is given back. Never throws: what cannot be
 * had is null.
 */
import type { CameraId } from '../../main/contract/model.ts';
import { decodeSamples, type PlaybackFormat, type PlaybackNotice } from '../../main/contract/playback.ts';
import type { PageMessage, VideoConfig } from '../../main/contract/stream.ts';
import { openStream } from '../home.ts';
import { abilityFor, makeDecoder } from './pictureDecoder.ts';
import { StillShelf } from './stillShelf.ts';

const widthPixels = 320;
const mostKept = 400;
const restAfterMs = 30_000;
const answerWithinMs = 5000;

interface Wish {
  atMs: number;
  signal: AbortSignal;
  give: (still: ImageBitmap | null) => void;
}

/** A coded picture, and the span that it stands for. */
interface Keyframe {
  config: VideoConfig;
  data: Uint8Array<ArrayBuffer>;
  fromMs: number;
  toMs: number;
}

/** Every asker gets a copy of its own. */
const kept = new StillShelf<ImageBitmap>(mostKept);
const lines = new Map<CameraId, StillLine>();

/**
 * The picture of that moment, 320 pixels wide at most; the caller's to close. null: there is none (a gap, a codec that this
 * computer cannot show, a recording that does not open), or nobody wants it any more.
 */
export async function stillAt(cameraId: CameraId, atMs: number, signal: AbortSignal): Promise<ImageBitmap | null> {
  const known = kept.find(cameraId, atMs);
  if (known) return await createImageBitmap(known);
  if (signal.aborted) return null;
  const line = lines.get(cameraId) ?? new StillLine(cameraId);
  lines.set(cameraId, line);
  return await line.ask(atMs, signal);
}

/**
 * Nothing of what is kept is given any more, of one camera (or of a span of it) or of all: its recordings went, or another
 * vault is open. What is being asked is answered with null.
 */
export function forgetStills(
  cameraId: CameraId | null = null,
  span: { fromMs: number; toMs: number } | null = null,
): void {
  for (const line of [...lines.values()]) if (cameraId === null || line.cameraId === cameraId) line.close();
  kept.forget(cameraId, span);
}

class StillLine {
  readonly cameraId: CameraId;
  readonly #formats = new Map<number, PlaybackFormat>();
  readonly #over = new AbortController();
  #wishes: Wish[] = [];
  #port: Promise<MessagePort | null> | null = null;
  #answering = false;
  #ticket = 0;
  #rests: ReturnType<typeof setTimeout> | undefined;
  #hear: (data: unknown) => void = () => undefined;

  constructor(cameraId: CameraId) {
    this.cameraId = cameraId;
  }

  async ask(atMs: number, signal: AbortSignal): Promise<ImageBitmap | null> {
    const { promise, resolve } = Promise.withResolvers<ImageBitmap | null>();
    this.#wishes.push({ atMs, signal, give: resolve });
    void this.#work();
    return await promise;
  }

  async #work(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    clearTimeout(this.#rests);
    // The newest first: it is where the pointer is now.
    for (let wish = this.#wishes.pop(); wish; wish = this.#wishes.pop()) {
      wish.give(wish.signal.aborted ? null : await this.#answer(wish.atMs));
    }
    this.#answering = false;
    this.#rests = setTimeout(() => this.close(), restAfterMs);
  }

  async #answer(atMs: number): Promise<ImageBitmap | null> {
    const known = kept.find(this.cameraId, atMs);
    if (known) return await createImageBitmap(known);
    try {
      this.#port ??= this.#open();
      const port = await this.#port;
      const found = port && (await this.#keyframe(port, atMs));
      const still = found && (await decoded(found.config, found.data));
      if (!still) return null;
      if (this.#over.signal.aborted) {
        still.close();
        return null;
      }
      kept.put({ cameraId: this.cameraId, fromMs: found.fromMs, toMs: found.toMs, still });
      return await createImageBitmap(still);
    } catch {
      return null;
    }
  }

  async #open(): Promise<MessagePort | null> {
    try {
      const port = await openStream({ kind: 'playback', cameraId: this.cameraId }, this.#over.signal);
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#hear(data));
      port.addEventListener('close', () => this.close());
      port.start();
      return port;
    } catch {
      this.#port = null;
      return null;
    }
  }

  async #keyframe(port: MessagePort, atMs: number): Promise<Keyframe | null> {
    this.#ticket = (this.#ticket % 65_535) + 1;
    const ticket = this.#ticket;
    const { promise, resolve } = Promise.withResolvers<Keyframe | null>();
    const late = setTimeout(() => resolve(null), answerWithinMs);
    let group: Extract<PlaybackNotice, { is: 'group' }> | null = null;
    this.#hear = (data) => {
      if (data instanceof Uint8Array) {
        // A port clones: the bytes lie in an ordinary buffer.
        const message = decodeSamples(data as Uint8Array<ArrayBuffer>);
        if (message?.ticket !== ticket || !group) return;
        const config = this.#formats.get(group.format)?.video ?? null;
        const [sample] = message.samples;
        resolve(config && sample ? { config, data: sample.data, fromMs: group.startMs, toMs: group.endMs } : null);
        return;
      }
      // Everything else is a notice, by the contract; main is trusted.
      const notice = data as PlaybackNotice;
      if (notice.is === 'format') this.#formats.set(notice.format, notice.value);
      else if (notice.is !== 'grew' && notice.ticket === ticket) {
        if (notice.is === 'group') group = notice;
        else resolve(null);
      }
    };
    tell(port, { is: 'credit', messages: 1 });
    tell(port, { is: 'ask', ticket, atMs: Math.max(0, atMs), want: 'keyframe', have: 0 });
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#hear = () => undefined;
    }
  }

  close(): void {
    if (lines.get(this.cameraId) === this) lines.delete(this.cameraId);
    this.#over.abort();
    void this.#port?.then((port) => port?.close());
    for (const wish of this.#wishes.splice(0)) wish.give(null);
  }
}

function tell(port: MessagePort, message: PageMessage): void {
  port.postMessage(message);
}

/** The picture of one keyframe, made small. */
async function decoded(config: VideoConfig, data: Uint8Array<ArrayBuffer>): Promise<ImageBitmap | null> {
  const ability = await abilityFor(config, 'processor');
  if (!ability.supported) return null;
  const { promise, resolve } = Promise.withResolvers<VideoFrame | null>();
  const late = setTimeout(() => resolve(null), answerWithinMs);
  const decoder = makeDecoder(config, ability, 'processor', { picture: resolve, failed: () => resolve(null) });
  decoder.decode({ keyframe: true, timeMs: 0, data });
  decoder.flush();
  const frame = await promise;
  clearTimeout(late);
  decoder.close();
  if (frame === null) return null;
  try {
    const width = Math.min(widthPixels, frame.displayWidth);
    return await createImageBitmap(frame, { resizeWidth: width, resizeQuality: 'medium' });
  } finally {
    frame.close();
  }
}
