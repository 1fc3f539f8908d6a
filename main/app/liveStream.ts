/**
 * One live stream to the page: a viewer that sends what fits into the page's credit. Without credit it leaves frames
 * out until the next keyframe, counts them and says so; the camera is never slowed and nothing piles up. What comes
 * before the second keyframe goes out beyond the credit, as a debt: without the frames since the last keyframe, which
 * a new viewer gets at once, there would be no picture until the next one. The debt has a bound, for cameras whose
 * second keyframe is long in coming and pages that stand still. Sound goes out only when the page asks for it, and only
 * within the credit: it never takes a picture's place.
 */
import type { StreamRole, StreamState } from '../contract/model.ts';
import {
  encodePacket,
  type AudioConfig,
  type LiveNotice,
  type PageMessage,
  type VideoConfig,
} from '../contract/stream.ts';
import type { Origin, Viewer } from '../core/video/fanOut.ts';
import type { MediaFrame } from '../core/video/flv.ts';

/** A minute and more at 25 pictures a second; a new viewer gets at most 2000 at once. */
const mostDebt = 2500;
/** Sound leaves so much of the credit to the pictures. */
const picturesOwn = 20;

export interface Outlet {
  send(packet: Uint8Array<ArrayBuffer>): void;
  notice(notice: LiveNotice): void;
}

export class LiveStream implements Viewer {
  readonly #outlet: Outlet;
  readonly #role: StreamRole;
  readonly #converted: boolean;
  #credit = 0;
  #keyframes = 0;
  #skipping = false;
  #dropped = 0;
  #droppedTold = 0;
  #sound = false;
  #video: VideoConfig | null = null;
  /** undefined: nothing was told of it yet. */
  #audio: AudioConfig | null | undefined = undefined;
  readonly #pictures: boolean;

  /** `pictures`: false for a stream of sound alone. */
  constructor(outlet: Outlet, role: StreamRole, converted: boolean, pictures = true) {
    this.#outlet = outlet;
    this.#pictures = pictures;
    this.#role = role;
    this.#converted = converted;
  }

  state(state: StreamState): void {
    this.#outlet.notice({ is: 'state', state, role: this.#role });
  }

  config(video: VideoConfig, audio: AudioConfig | null, { role, intake }: Origin): void {
    // Told again because of the sound, the pictures go on: a decoder that began anew would wait for the next keyframe.
    if (video !== this.#video) {
      this.#video = video;
      // What follows is of another connection, and again a new viewer's beginning.
      this.#skipping = false;
      this.#keyframes = 0;
      this.#outlet.notice({ is: 'video', config: video, converted: this.#converted, role, intake });
    }
    if (audio !== this.#audio) this.#outlet.notice({ is: 'audio', config: audio });
    this.#audio = audio;
  }

  frame(frame: MediaFrame, arrivalMs: number): void {
    if (frame.track === 'audio') {
      if (this.#sound && this.#credit > picturesOwn) this.#send(frame, arrivalMs);
      return;
    }
    if (!this.#pictures) return;
    if (frame.keyframe) {
      this.#keyframes += 1;
      this.#skipping = false;
    }
    if (this.#skipping || this.#credit <= (this.#keyframes > 1 ? 0 : -mostDebt)) {
      this.#skipping = true;
      this.#dropped += 1;
      return;
    }
    this.#send(frame, arrivalMs);
    if (this.#dropped !== this.#droppedTold) {
      this.#droppedTold = this.#dropped;
      this.#outlet.notice({ is: 'dropped', frames: this.#dropped });
    }
  }

  /** No picture will come but a converted one. */
  notCarried(): void {
    this.#outlet.notice({ is: 'notCarried' });
  }

  heard(message: PageMessage): void {
    if (message.is === 'credit') this.#credit = Math.min(this.#credit + message.messages, 1000);
    else if (message.is === 'sound') this.#sound = message.on;
  }

  #send({ track, keyframe, timeMs, data }: MediaFrame, arrivedMs: number): void {
    this.#credit -= 1;
    this.#outlet.send(encodePacket({ kind: track, keyframe, ticket: 0, durationMs: 0, timeMs, arrivedMs, data }));
  }
}
