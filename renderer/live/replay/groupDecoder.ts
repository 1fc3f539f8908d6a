/**
 * Decodes recorded groups up to the picture that is wanted, and no further than it is told: from the group's keyframe, or
 * on from where it stands. Few packets lie in the decoder at a time, so that another wish costs nothing but those. Every
 * picture that comes out is handed on, whether it is still wanted or not. A decoder that fails or gives nothing back is
 * replaced; after a few times the group is reported as one that cannot be decoded. Never throws.
 */
import type { VideoConfig } from '../../../main/contract/stream.ts';
import { type Ability, makeDecoder, type Pace, type PictureDecoder, type PictureListener } from '../pictureDecoder.ts';
import type { Way } from '../workerMessages.ts';
import { keyOf } from './frameShelf.ts';
import type { Group } from './groupStore.ts';

/** Enough to keep decoder and worker busy at once; what is given up still passes through. */
const mostInside = 4;
const standsStillMs = 1500;
const mostFailures = 2;

export interface GroupDecoderListener {
  /** The receiver's to close. */
  picture(frame: VideoFrame): void;
  undecodable(group: Group): void;
}

export class GroupDecoder {
  readonly #config: VideoConfig;
  readonly #ability: Ability;
  readonly #way: Way;
  readonly #pace: Pace;
  readonly #on: GroupDecoderListener;
  #decoder: PictureDecoder | null = null;
  #group: Group | null = null;
  /** Index of the packet that is next, and of the last that is to be decoded. */
  #next = 0;
  #goal = -1;
  #flushed = false;
  /** Time stamps of what went in and did not come out. */
  readonly #inside = new Set<number>();
  #gaveAt = 0;
  #failures = 0;
  #closed = false;

  constructor(config: VideoConfig, ability: Ability, way: Way, pace: Pace, on: GroupDecoderListener) {
    this.#config = config;
    this.#ability = ability;
    this.#way = way;
    this.#pace = pace;
    this.#on = on;
  }

  get isBusy(): boolean {
    return this.#group !== null && (this.#next <= this.#goal || this.#awaitsGoal || this.#awaitsRest);
  }

  /** Nothing more can be decoded on from here without another aim. */
  get group(): Group | null {
    return this.#group;
  }

  /** The picture of that time is wanted, and none that is shown after it. */
  aim(group: Group, timeMs: number): void {
    const index = group.video.findIndex((sample) => keyOf(sample.timeMs) === keyOf(timeMs));
    if (index === -1 || this.#closed) return;
    const isInside = this.#group === group && this.#inside.has(keyOf(timeMs));
    const isAhead = this.#group === group && !this.#flushed && index >= this.#next;
    if (!isInside && !isAhead) this.#restart(group, index);
    // Where pictures are put in another order, only the whole group gives all of them.
    this.#goal = group.reordered ? group.video.length - 1 : Math.max(index, isInside ? this.#goal : index);
    this.#pump();
  }

  /** To be called a few times a second. */
  look(now: number): void {
    if (!this.#awaitsGoal && !this.#awaitsRest) return;
    if (now - this.#gaveAt < standsStillMs) return;
    this.#fail();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder?.close();
    this.#decoder = null;
    this.#group = null;
  }

  #restart(group: Group, index: number): void {
    this.#group = group;
    this.#flushed = false;
    this.#next = group.video.findLastIndex((sample, at) => at <= index && sample.keyframe);
    if (this.#next === -1) this.#next = 0;
    this.#goal = index;
  }

  /** What was wanted last went in and did not come out. */
  get #awaitsGoal(): boolean {
    const goal = this.#group?.video[this.#goal];
    return goal !== undefined && this.#inside.has(keyOf(goal.timeMs));
  }

  /** At once, whatever went in comes out. */
  get #awaitsRest(): boolean {
    return this.#pace === 'atOnce' && this.#inside.size > 0;
  }

  /** What was wanted comes out when more went in. */
  get #isHeldBack(): boolean {
    return this.#pace === 'together' && this.#awaitsGoal;
  }

  #pump(): void {
    const group = this.#group;
    if (group === null) return;
    this.#decoder ??= this.#make();
    while ((this.#next <= this.#goal || this.#isHeldBack) && this.#decoder.waiting < mostInside) {
      const packet = group.video[this.#next];
      if (packet === undefined) break;
      if (this.#inside.size === 0) this.#gaveAt = performance.now();
      this.#inside.add(keyOf(packet.timeMs));
      this.#next += 1;
      this.#decoder.decode(packet);
    }
    const isLast = this.#next >= group.video.length && group.awaited <= 0;
    if (isLast && !this.#flushed && (group.reordered || this.#isHeldBack)) {
      this.#flushed = true;
      this.#decoder.flush();
    }
  }

  #make(): PictureDecoder {
    const listener: PictureListener = {
      picture: (frame) => {
        if (this.#closed || decoder !== this.#decoder) {
          frame.close();
          return;
        }
        this.#failures = 0;
        this.#gaveAt = performance.now();
        this.#settle(frame.timestamp);
        this.#on.picture(frame);
        this.#pump();
      },
      failed: () => {
        if (decoder === this.#decoder) this.#fail();
      },
      taken: () => {
        if (decoder === this.#decoder) this.#pump();
      },
    };
    const decoder = makeDecoder(this.#config, this.#ability, this.#way, listener, this.#pace);
    return decoder;
  }

  /** What went in before and would be shown before it will not come out any more. */
  #settle(timestamp: number): void {
    this.#inside.delete(timestamp);
    if (this.#group?.reordered) return;
    for (const earlier of this.#inside) {
      if (earlier >= timestamp) break;
      this.#inside.delete(earlier);
    }
  }

  #fail(): void {
    const group = this.#group;
    this.#decoder?.close();
    this.#decoder = null;
    this.#inside.clear();
    this.#group = null;
    this.#failures += 1;
    if (group === null) return;
    if (this.#failures >= mostFailures) {
      this.#failures = 0;
      this.#on.undecodable(group);
    } else {
      const goal = group.video[this.#goal];
      if (goal) this.aim(group, goal.timeMs);
    }
  }
}
