/**
 * One decoder: packets in, pictures out, and each picture is the receiver's to close. H.264 and H.265 by WebCodecs in
 * the order they come, JPEG pictures one at a time by the browser's image decoder. Ends by itself with `failed` when it
 * cannot go on; what it is given after that is lost. Never throws.
 */
import { isTooLarge, jpegSizeOf } from '../../main/contract/pictureSize.ts';
import type { Packet, VideoConfig } from '../../main/contract/stream.ts';
import type { Way } from './workerMessages.ts';

/** What a decoder needs of a picture. */
export interface CodedPicture extends Pick<Packet, 'keyframe' | 'timeMs'> {
  data: Uint8Array<ArrayBuffer>;
}

export interface VideoPacket extends Packet {
  data: Uint8Array<ArrayBuffer>;
  /** When it reached the main process, by this worker's own clock. */
  atMs: number;
}

export interface PictureListener {
  picture(frame: VideoFrame): void;
  failed(): void;
  /** A packet less waits to be decoded. */
  taken?(): void;
}

export interface PictureDecoder {
  /** How many packets wait to be decoded. */
  readonly waiting: number;
  decode(packet: CodedPicture): void;
  /** Pictures that are held back to be put in order come out; what is decoded next must be a keyframe. */
  flush(): void;
  close(): void;
}

/** Whether this computer can decode it, and whether by hardware. */
export interface Ability {
  supported: boolean;
  hardware: boolean;
}

/** What its picture carries: microseconds of the stream's own clock. */
export function timestampOf(packet: CodedPicture): number {
  return Math.round(packet.timeMs * 1000);
}

const isJpeg = (config: VideoConfig): boolean => config.codec === 'jpeg';

/**
 * `atOnce`: a picture comes out as soon as it is decoded, by one of the processor's cores. `together`: the cores share the
 * work, and a picture comes out one or more pictures later, or with `flush`.
 */
export type Pace = 'atOnce' | 'together';

function decoderConfig(
  config: VideoConfig,
  hardwareAcceleration: HardwareAcceleration,
  pace: Pace = 'atOnce',
): VideoDecoderConfig {
  const { codec, description } = config;
  return { codec, description, optimizeForLatency: pace === 'atOnce', hardwareAcceleration };
}

async function isSupported(config: VideoConfig, acceleration: HardwareAcceleration): Promise<boolean> {
  try {
    return (await VideoDecoder.isConfigSupported(decoderConfig(config, acceleration))).supported === true;
  } catch {
    return false; // the camera's configuration is malformed
  }
}

/** What was supported once, by codec and way: to ask again takes the time of a first picture. */
const supportedBefore = new Map<string, Ability>();
const mostRemembered = 100;

/** A picture that the processor paints is best decoded by it too: reading it back from the card costs more. */
export async function abilityFor(config: VideoConfig, way: Way): Promise<Ability> {
  if (isJpeg(config)) return { supported: true, hardware: false };
  const key = `${way} ${config.codec}`;
  const before = supportedBefore.get(key);
  if (before) return before;
  const ability = await askFor(config, way);
  if (supportedBefore.size >= mostRemembered) supportedBefore.clear();
  if (ability.supported) supportedBefore.set(key, ability);
  return ability;
}

async function askFor(config: VideoConfig, way: Way): Promise<Ability> {
  if (way === 'processor' && (await isSupported(config, 'prefer-software')))
    return { supported: true, hardware: false };
  const [supported, hardware] = await Promise.all([
    isSupported(config, 'no-preference'),
    isSupported(config, 'prefer-hardware'),
  ]);
  return { supported: supported || hardware, hardware };
}

/** The ability is what `abilityFor` said of this configuration. */
export function makeDecoder(
  config: VideoConfig,
  ability: Ability,
  way: Way,
  on: PictureListener,
  pace: Pace = 'atOnce',
): PictureDecoder {
  if (isJpeg(config)) return new JpegDecoder(on);
  const preferred = ability.hardware ? 'no-preference' : way === 'processor' ? 'prefer-software' : 'no-preference';
  return new CodedDecoder(decoderConfig(config, preferred, pace), on);
}

class CodedDecoder implements PictureDecoder {
  readonly #decoder: VideoDecoder;
  readonly #on: PictureListener;
  #closed = false;

  constructor(config: VideoDecoderConfig, on: PictureListener) {
    this.#on = on;
    this.#decoder = new VideoDecoder({
      output: (frame) => {
        if (this.#closed) frame.close();
        else on.picture(frame);
      },
      error: () => this.#fail(),
    });
    this.#decoder.addEventListener('dequeue', () => on.taken?.());
    try {
      this.#decoder.configure(config);
    } catch {
      queueMicrotask(() => this.#fail());
    }
  }

  get waiting(): number {
    return this.#decoder.decodeQueueSize;
  }

  decode(packet: CodedPicture): void {
    if (this.#closed) return;
    const type = packet.keyframe ? 'key' : 'delta';
    try {
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: timestampOf(packet), data: packet.data }));
    } catch {
      this.#fail(); // bytes that are no picture, or a decoder that closed itself
    }
  }

  flush(): void {
    if (this.#decoder.state === 'configured') this.#decoder.flush().catch(() => undefined); // closed meanwhile
  }

  close(): void {
    this.#closed = true;
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#on.failed();
  }
}

/** Of pictures that come faster than they decode the newest waits, and those before it are left out. */
class JpegDecoder implements PictureDecoder {
  readonly #on: PictureListener;
  #next: CodedPicture | null = null;
  #decoding = false;
  #closed = false;

  constructor(on: PictureListener) {
    this.#on = on;
  }

  get waiting(): number {
    return this.#next === null ? 0 : 1;
  }

  decode(packet: CodedPicture): void {
    this.#next = packet;
    if (!this.#decoding) void this.#run();
  }

  flush(): void {
    // Each picture is one of its own.
  }

  close(): void {
    this.#closed = true;
    this.#next = null;
  }

  async #run(): Promise<void> {
    this.#decoding = true;
    while (this.#next !== null) {
      const packet: CodedPicture = this.#next;
      this.#next = null;
      await this.#decodeOne(packet);
    }
    this.#decoding = false;
  }

  async #decodeOne(packet: CodedPicture): Promise<void> {
    let decoder: ImageDecoder | null = null;
    try {
      const size = jpegSizeOf(packet.data);
      if (size === null || isTooLarge(size)) throw new RangeError('JPEG picture without a size, or too large');
      decoder = new ImageDecoder({ data: packet.data, type: 'image/jpeg' });
      const { image } = await decoder.decode();
      const frame = new VideoFrame(image, { timestamp: timestampOf(packet) });
      image.close();
      if (this.#closed) frame.close();
      else this.#on.picture(frame);
    } catch {
      if (this.#closed) return;
      this.close();
      this.#on.failed();
    } finally {
      decoder?.close();
    }
  }
}
