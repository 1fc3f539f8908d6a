/**
 * Decodes what one port delivers. Emits pictures in the order of their times, and each picture is the receiver's to
 * close; after an error, or when it cannot keep up, it goes on at the next keyframe and counts what it left out. A
 * decoder that gives nothing back is replaced. While nobody looks (`attend`) nothing is decoded, and what came since
 * the last keyframe is kept. Never throws: a codec that this computer cannot show is reported once. Leaves painting to
 * others.
 *
 * A new stream begins with everything since its last keyframe at once. Of these only the first picture, those that have
 * caught up, the last one, and on the way one each 100 ms where decoding takes so long (liveEdge.ts) are emitted, so that
 * a tile shows something at once, and neither stands still nor runs through the whole past. The same holds whenever
 * pictures come late. Each carries how old it is: what a connection that stands still begins with is no live picture.
 */
import type { StreamState } from '../../main/contract/model.ts';
import { decodePacket, type LiveNotice, type Packet, type VideoConfig } from '../../main/contract/stream.ts';
import { DecoderWatch } from './decoderWatch.ts';
import { KeptPackets } from './keptPackets.ts';
import { isWorthPainting, LiveEdge } from './liveEdge.ts';
import {
  abilityFor,
  makeDecoder,
  timestampOf,
  type Ability,
  type PictureDecoder,
  type VideoPacket,
} from './pictureDecoder.ts';
import { Silence } from './silence.ts';
import type { Coming, Way } from './workerMessages.ts';

/** Messages granted at the start. What a stream begins with goes beyond it; the main process sees to that. */
const creditMessages = 100;
/** Granted again in portions, not one by one. */
const portionMessages = 20;
/** More than this waiting in the decoder for so long, and it does not keep up; what came late at once is soon decoded. */
const longestQueue = 8;
const keepsUpAgainMs = 1000;
const catchUpMs = 2000;
/** So many errors without one picture between them: this computer cannot show it. */
const mostErrors = 3;
/** Packets that lay this long on their way here are left out up to a keyframe. */
const farBehindMs = 1500;
/** Media time that goes back by this much begins anew. */
const leapBackMs = 2000;
/** How many arrivals are remembered until their picture comes out. */
const mostArrivals = 400;

/** A picture, with what is known of its way here. */
export interface Decoded {
  frame: VideoFrame;
  /** How much older it is than the newest there is. */
  behindMs: number;
  /** From its packet's arrival in the main process until it was decoded; null where that is not known. */
  wayMs: number | null;
}

export interface StreamListener {
  picture(decoded: Decoded): void;
  state(state: StreamState): void;
  config(coming: Coming): void;
  /** Width and height are 0 where unknown. */
  cannotShow(size: Pick<VideoConfig, 'widthPixels' | 'heightPixels'>): void;
  ended(): void;
}

export class StreamDecoder {
  receivedBytes = 0;
  /** The time between the last two keyframes; null before the second. */
  keyframeEveryMs: number | null = null;
  readonly #port: MessagePort;
  readonly #way: Way;
  readonly #on: StreamListener;
  readonly #kept = new KeptPackets<VideoPacket>();
  readonly #edge = new LiveEdge();
  readonly #watch = new DecoderWatch();
  /** When packets reached the main process that are being decoded, by the time stamp of their picture. */
  readonly #arrivals = new Map<number, number>();
  #decoder: PictureDecoder | null = null;
  #config: VideoConfig | null = null;
  /** null while the codec is being asked for, and when it cannot be shown. */
  #ability: Ability | null = null;
  #attended: boolean;
  #awaitsKeyframe = true;
  #cannotShow = false;
  #errors = 0;
  #owedMessages = 0;
  #droppedHere = 0;
  #droppedBefore = 0;
  #closed = false;
  /** When decoding began, or began again: until it has caught up, what waits is the past. */
  #beganMs = 0;
  /** Since when more waits in the decoder than should; null when it does not. */
  #queueIsLongSinceMs: number | null = null;
  #paintedMs = -Infinity;
  #shownTimestamp = -Infinity;
  #keyframeTimeMs: number | null = null;
  readonly #silence = new Silence();

  constructor(port: MessagePort, way: Way, attended: boolean, on: StreamListener) {
    this.#port = port;
    this.#way = way;
    this.#attended = attended;
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

  /** A decoded picture was replaced by a newer one before it was painted. */
  leftOut(): void {
    this.#droppedHere += 1;
  }

  /** Whether anybody can see the pictures. */
  attend(attended: boolean): void {
    if (this.#closed || this.#attended === attended) return;
    this.#attended = attended;
    if (attended) this.#begin();
    else this.#stopDecoder();
  }

  /** To be called a few times a second: a decoder that stands still is replaced. */
  look(): void {
    if (this.#decoder !== null && this.#watch.standsStill(performance.now())) this.#begin();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.onmessage = null;
    this.#port.close();
    this.#kept.clear();
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
    else if (notice.is === 'video') void this.#configure(notice);
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
    const read = decodePacket(bytes);
    if (read?.kind !== 'video') return;
    const packet = { ...read, atMs: arrivalOf(read) };
    this.#edge.arrived(packet.timeMs, packet.atMs);
    if (this.#silence.before(packet.timeMs) && !packet.keyframe) {
      // What builds on pictures that were never sent is no honest picture.
      this.#awaitsKeyframe = true;
      this.#kept.clear();
    }
    if (packet.keyframe) this.#seeKeyframe(packet.timeMs);
    this.#kept.add(packet);
    this.#decode(packet);
  }

  #seeKeyframe(timeMs: number): void {
    const everyMs = this.#keyframeTimeMs === null ? 0 : timeMs - this.#keyframeTimeMs;
    this.#keyframeTimeMs = timeMs;
    if (everyMs > 0) this.keyframeEveryMs = everyMs;
  }

  /** A change of configuration may come at any time, also while the one before is still being asked for. */
  async #configure({ config, converted, role, intake }: LiveNotice & { is: 'video' }): Promise<void> {
    this.#config = config;
    this.#ability = null;
    this.#stopDecoder();
    this.#kept.clear();
    this.#edge.reset();
    this.#keyframeTimeMs = null;
    this.#silence.reset();
    this.#paintedMs = -Infinity;
    this.#shownTimestamp = -Infinity;
    const ability = await abilityFor(config, this.#way);
    if (this.#closed || this.#config !== config) return;
    this.#on.config({ codec: config.codec, converted, hardware: ability.hardware, role, intake });
    if (!ability.supported) {
      this.#giveUp(config);
      return;
    }
    if (this.#cannotShow) this.#grant(creditMessages);
    this.#cannotShow = false;
    this.#errors = 0;
    this.#ability = ability;
    this.#begin();
  }

  #giveUp(size: Pick<VideoConfig, 'widthPixels' | 'heightPixels'>): void {
    this.#cannotShow = true;
    this.#kept.clear();
    this.#on.cannotShow(size);
  }

  /** Decodes from the last keyframe on, with a new decoder. */
  #begin(): void {
    this.#stopDecoder();
    if (this.#config === null || this.#ability === null || !this.#attended) return;
    const nowMs = performance.now();
    this.#beganMs = nowMs;
    this.#watch.begin(nowMs);
    this.#awaitsKeyframe = true;
    const decoder = makeDecoder(this.#config, this.#ability, this.#way, {
      picture: (frame) => this.#emit(frame, decoder),
      failed: () => this.#fail(decoder),
    });
    this.#decoder = decoder;
    for (const packet of this.#kept.all) this.#decode(packet);
  }

  #stopDecoder(): void {
    this.#decoder?.close();
    this.#decoder = null;
    this.#arrivals.clear();
    this.#queueIsLongSinceMs = null;
  }

  #fail(decoder: PictureDecoder): void {
    if (this.#closed || decoder !== this.#decoder || this.#config === null) return;
    this.#errors += 1;
    // It may have lost its place only; what a second one cannot take either would end the next one too.
    if (this.#errors > 1) this.#kept.clear();
    if (this.#errors < mostErrors) {
      this.#begin();
      return;
    }
    this.#stopDecoder();
    this.#giveUp(this.#config);
  }

  /** Decoding has just begun: what waits in the decoder is the past, not a sign that it does not keep up. */
  get #isCatchingUp(): boolean {
    return performance.now() - this.#beganMs < catchUpMs;
  }

  #isBehind(decoder: PictureDecoder, packet: VideoPacket): boolean {
    const nowMs = performance.now();
    if (decoder.waiting <= longestQueue) this.#queueIsLongSinceMs = null;
    else this.#queueIsLongSinceMs ??= nowMs;
    if (this.#isCatchingUp) return false;
    const hasLongBeenSlow = this.#queueIsLongSinceMs !== null && nowMs - this.#queueIsLongSinceMs > keepsUpAgainMs;
    return hasLongBeenSlow || nowMs - packet.atMs > farBehindMs;
  }

  #decode(packet: VideoPacket): void {
    const decoder = this.#decoder;
    if (decoder === null) return;
    if ((this.#awaitsKeyframe || this.#isBehind(decoder, packet)) && !packet.keyframe) {
      this.#awaitsKeyframe = true;
      this.#droppedHere += 1;
      return;
    }
    this.#awaitsKeyframe = false;
    this.#watch.fed(performance.now());
    if (this.#arrivals.size >= mostArrivals) this.#arrivals.clear();
    this.#arrivals.set(timestampOf(packet), packet.atMs);
    if (timestampOf(packet) < this.#shownTimestamp - leapBackMs * 1000) this.#shownTimestamp = -Infinity;
    decoder.decode(packet);
  }

  #emit(frame: VideoFrame, decoder: PictureDecoder): void {
    if (this.#closed || decoder !== this.#decoder) {
      frame.close();
      return;
    }
    const nowMs = performance.now();
    const { timestamp } = frame;
    this.#errors = 0;
    this.#watch.gave(nowMs, decoder.waiting);
    const ageMs = Math.max(0, nowMs - (this.#arrivals.get(timestamp) ?? nowMs));
    this.#arrivals.delete(timestamp);
    const behindMs = Math.max(ageMs, this.#edge.behindMs(timestamp / 1000, nowMs));
    const isWorthIt = this.#watch.isEmpty || isWorthPainting(behindMs, nowMs - this.#paintedMs);
    if (timestamp < this.#shownTimestamp || !isWorthIt) {
      if (!this.#isCatchingUp) this.#droppedHere += 1;
      frame.close();
      return;
    }
    this.#shownTimestamp = timestamp;
    this.#paintedMs = nowMs;
    this.#on.picture({ frame, behindMs, wayMs: this.#isCatchingUp ? null : ageMs });
  }
}

/** When a packet reached the main process, by this worker's own clock, which nobody sets. */
function arrivalOf({ arrivedMs }: Packet): number {
  return performance.now() - Math.max(0, Date.now() - arrivedMs);
}
