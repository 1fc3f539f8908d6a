/**
 * Decodes what one port delivers. Emits pictures in order, and each picture is the receiver's to close; after an error
 * or when it cannot keep up it goes on at the next keyframe and counts what it left out. Never throws: a codec that
 * this computer cannot show is reported once. Leaves painting to others.
 *
 * A new stream begins with everything since its last keyframe at once. Of these only the first picture and those that
 * have caught up are emitted, so that a tile shows something at once and does not run through the past.
 */
import type { StreamState } from '../../main/contract/model.ts';
import { decodePacket, type LiveNotice, type Packet, type VideoConfig } from '../../main/contract/stream.ts';

/** Messages granted at the start. What a stream begins with goes beyond it; the main process sees to that. */
const creditMessages = 100;
/** Granted again in portions, not one by one. */
const portionMessages = 20;
/** A codec is asked for in a few milliseconds; what comes meanwhile is kept, up to this. */
const mostHeld = 600;
/** More than this waiting in the decoder, and it does not keep up. */
const longestQueue = 8;
/** A picture this much behind the newest one belongs to the past of a stream that has just begun. */
const caughtUpMs = 250;
const catchUpMs = 2000;
/** So many errors without one picture between them: this computer cannot show it. */
const mostErrors = 3;

type Video = Packet & { data: Uint8Array<ArrayBuffer> };

export interface StreamListener {
  picture(frame: VideoFrame): void;
  state(state: StreamState): void;
  config(config: VideoConfig, converted: boolean): void;
  /** Width and height are 0 where unknown. */
  cannotShow(size: Pick<VideoConfig, 'widthPixels' | 'heightPixels'>): void;
  ended(): void;
}

export class StreamDecoder {
  receivedBytes = 0;
  readonly #port: MessagePort;
  readonly #on: StreamListener;
  #decoder: VideoDecoder | null = null;
  #config: VideoConfig | null = null;
  /** Packets that came while the codec was being asked for; null when it is not. */
  #held: Video[] | null = null;
  #awaitsKeyframe = true;
  #cannotShow = false;
  #errors = 0;
  #owedMessages = 0;
  #droppedHere = 0;
  #droppedBefore = 0;
  #closed = false;
  #beganMs: number | null = null;
  #emitted = 0;
  /** The greatest media time minus arrival time: where the newest picture stands. */
  #newestMs = -Infinity;

  constructor(port: MessagePort, on: StreamListener) {
    this.#port = port;
    this.#on = on;
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    port.addEventListener('close', () => {
      if (!this.#closed) on.ended();
    });
    this.#grant(creditMessages);
  }

  get dropped(): number {
    return this.#droppedHere + this.#droppedBefore;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.onmessage = null;
    this.#port.close();
    this.#held = null;
    this.#stopDecoder();
  }

  #grant(messages: number): void {
    this.#port.postMessage({ is: 'credit', messages });
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    if (data instanceof Uint8Array) {
      this.#receiveBytes(data as Uint8Array<ArrayBuffer>); // what a port cloned lies in a buffer of its own
      return;
    }
    // The main process is trusted to keep to the contract; the page has nothing to protect from it.
    const notice = data as LiveNotice;
    if (notice.is === 'state') this.#on.state(notice.state);
    else if (notice.is === 'video') void this.#configure(notice.config, notice.converted);
    else if (notice.is === 'notCarried') this.#giveUp({ widthPixels: 0, heightPixels: 0 });
    else if (notice.is === 'dropped') this.#droppedBefore = notice.frames;
  }

  #receiveBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.receivedBytes += bytes.byteLength;
    // Without new credit the main process soon sends no more, and still tells the stream's state.
    if (this.#cannotShow) return;
    this.#owedMessages += 1;
    if (this.#owedMessages >= portionMessages) {
      this.#grant(this.#owedMessages);
      this.#owedMessages = 0;
    }
    const packet = decodePacket(bytes);
    if (packet?.kind !== 'video') return;
    const nowMs = performance.now();
    this.#beganMs ??= nowMs;
    this.#newestMs = Math.max(this.#newestMs, packet.timeMs - nowMs);
    if (this.#held === null) this.#decode(packet);
    else if (this.#held.length < mostHeld) this.#held.push(packet);
    else this.#droppedHere += 1;
  }

  /** A change of configuration may come at any time, also while the one before is still being asked for. */
  async #configure(config: VideoConfig, converted: boolean): Promise<void> {
    this.#config = config;
    this.#held = [];
    this.#stopDecoder();
    this.#beganMs = null;
    this.#newestMs = -Infinity;
    this.#emitted = 0;
    this.#on.config(config, converted);
    const supported = await this.#isSupported(config);
    if (this.#closed || this.#config !== config) return;
    const held = this.#held;
    this.#held = null;
    if (supported) {
      if (this.#cannotShow) this.#grant(creditMessages);
      this.#cannotShow = false;
      this.#startDecoder();
      for (const packet of held) this.#decode(packet);
    } else {
      this.#giveUp(config);
    }
  }

  #giveUp(size: Pick<VideoConfig, 'widthPixels' | 'heightPixels'>): void {
    this.#cannotShow = true;
    this.#on.cannotShow(size);
  }

  async #isSupported(config: VideoConfig): Promise<boolean> {
    try {
      return (await VideoDecoder.isConfigSupported(decoderConfig(config))).supported === true;
    } catch {
      return false; // the camera's configuration is malformed
    }
  }

  #startDecoder(): void {
    if (this.#config === null) return;
    this.#stopDecoder();
    const decoder = new VideoDecoder({
      output: (frame) => this.#emit(frame, decoder),
      error: () => this.#fail(decoder),
    });
    decoder.configure(decoderConfig(this.#config));
    this.#decoder = decoder;
    this.#awaitsKeyframe = true;
  }

  #stopDecoder(): void {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder !== null && decoder.state !== 'closed') decoder.close();
  }

  #fail(decoder: VideoDecoder): void {
    if (this.#closed || decoder !== this.#decoder || this.#config === null) return;
    this.#errors += 1;
    if (this.#errors < mostErrors) {
      this.#startDecoder();
      return;
    }
    this.#stopDecoder();
    this.#giveUp(this.#config);
  }

  /** The stream has just begun: what waits in the decoder is its past, not a sign that it does not keep up. */
  get #isCatchingUp(): boolean {
    return this.#beganMs === null || performance.now() - this.#beganMs < catchUpMs;
  }

  #decode(packet: Video): void {
    const decoder = this.#decoder;
    if (decoder === null) return;
    const queueIsLong = !this.#isCatchingUp && decoder.decodeQueueSize > longestQueue;
    if (queueIsLong || (this.#awaitsKeyframe && !packet.keyframe)) {
      this.#awaitsKeyframe = true;
      this.#droppedHere += 1;
      return;
    }
    this.#awaitsKeyframe = false;
    try {
      const type = packet.keyframe ? 'key' : 'delta';
      decoder.decode(new EncodedVideoChunk({ type, timestamp: Math.round(packet.timeMs * 1000), data: packet.data }));
    } catch {
      this.#fail(decoder); // bytes that are no picture, or a decoder that closed itself
    }
  }

  #emit(frame: VideoFrame, decoder: VideoDecoder): void {
    if (this.#closed || decoder !== this.#decoder) {
      frame.close();
      return;
    }
    this.#errors = 0;
    const behindMs = this.#newestMs + performance.now() - frame.timestamp / 1000;
    if (this.#isCatchingUp && this.#emitted > 0 && behindMs > caughtUpMs) {
      frame.close();
      return;
    }
    this.#emitted += 1;
    this.#on.picture(frame);
  }
}

function decoderConfig(config: VideoConfig): VideoDecoderConfig {
  return { codec: config.codec, description: config.description, optimizeForLatency: true };
}
