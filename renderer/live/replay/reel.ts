/**
 * One camera's recordings in the worker: brings the picture of a wanted moment about (asks, decodes, keeps what lies
 * near) and shows it when it is told to, so that all cameras are shown in the same frame. Decodes a little ahead of where
 * the playhead goes. Never throws: what there is instead of a picture is a state. Leaves the clock to the deck.
 */
import type { CanvasTile } from '../canvasTile.ts';
import { abilityFor, type Ability, type Pace } from '../pictureDecoder.ts';
import { wholePicture, type PictureView } from '../pictureView.ts';
import type { Way } from '../workerMessages.ts';
import { bytesOf, FrameShelf, keyOf } from './frameShelf.ts';
import { GroupDecoder } from './groupDecoder.ts';
import { GroupSource } from './groupSource.ts';
import { beforeMs, type Group, GroupStore, type Stretch } from './groupStore.ts';

const mostCodedBytes = 48 * 1024 * 1024;
/** A graphics card's decoder lends only so many pictures; it stands still when they do not come back. */
const mostLent = 6;
/** So many pictures are decoded before they are wanted, where they are wanted one by one. */
const picturesAhead = 4;
/** So many groups on each side are at hand where the playhead rests. */
const groupsAround = 3;

/** What there is at a moment. */
export type Readiness =
  | { is: 'waiting'; for: 'data' | 'picture' }
  | { is: 'picture'; timeMs: number }
  | Exclude<Stretch, { is: 'group' }>
  | { is: 'unsupported'; codecs: string };

export interface ReelListener {
  /** Something came that may make a picture possible. */
  progress(): void;
  ended(reel: Reel): void;
}

export class Reel implements CanvasTile<null> {
  readonly number: number;
  readonly isOld = false;
  view: PictureView = wholePicture;
  readonly #way: Way;
  readonly #on: ReelListener;
  readonly #store = new GroupStore(mostCodedBytes);
  readonly #shelf = new FrameShelf(0);
  readonly #abilities = new Map<number, Ability | 'asked'>();
  #source: GroupSource | null = null;
  #decoder: { format: number; pace: Pace; decoder: GroupDecoder } | null = null;
  #frame: VideoFrame | null = null;
  #frameMs: number | null = null;
  #mostBytes = 0;
  #mostFrames = Infinity;
  #pace: Pace = 'atOnce';
  /** Time stamp of the picture that is waited for, and that the decoder is on its way to. */
  #awaited: number | null = null;
  /** What was got or decoded around the playhead since something was wanted: each once, whatever came of it. */
  readonly #filled = new Set<Group | number>();
  #closed = false;

  constructor(tile: number, way: Way, on: ReelListener) {
    this.number = tile;
    this.#way = way;
    this.#on = on;
  }

  get frame(): VideoFrame | null {
    return this.#frame;
  }

  /** UTC ms of the picture on screen. */
  get frameMs(): number | null {
    return this.#frameMs;
  }

  get isConnected(): boolean {
    return this.#source !== null;
  }

  open(port: MessagePort): void {
    this.#source?.close();
    this.#forget();
    this.#source = new GroupSource(port, this.#store, {
      changed: () => this.#on.progress(),
      ended: () => {
        this.#source = null;
        this.#on.ended(this);
      },
    });
    this.#store.retry();
    this.#on.progress();
  }

  /** Decoded pictures may take so much; `alone`: no other camera wants the processor's cores. */
  bound(bytes: number, alone: boolean): void {
    this.#mostBytes = bytes;
    this.#pace = alone ? 'together' : 'atOnce';
    this.#shelf.bound(bytes, this.#mostFrames);
  }

  /** Brings the picture of this moment about; to be asked again after `progress`. */
  want(atMs: number, direction: -1 | 0 | 1): Readiness {
    this.#shelf.aim(atMs, direction);
    this.#awaited = null;
    this.#filled.clear();
    const stretch = this.#store.at(atMs);
    if (stretch === null) {
      this.#source?.want(atMs);
      return { is: 'waiting', for: 'data' };
    }
    if (stretch.is !== 'group') return stretch;
    if (isWithoutPictures(stretch.group))
      return { is: 'unsupported', codecs: this.formatOf(stretch.group.format)?.codecs ?? '' };
    const wanted = this.#store.pictureAt(atMs);
    if (wanted === null || isCutShort(wanted.group, wanted.timeMs)) {
      if (stretch.group.awaited > 0 || !stretch.group.open) this.#source?.want(atMs);
      if (wanted === null) return { is: 'waiting', for: 'data' };
      if (wanted.group.awaited > 0) {
        // What is wanted comes behind it, and builds on it.
        if (!this.#shelf.has(wanted.timeMs)) this.#aimAhead(wanted.group, wanted.timeMs);
        return { is: 'waiting', for: 'data' };
      }
    }
    this.#store.trim(atMs);
    if (this.#shelf.has(wanted.timeMs)) return { is: 'picture', timeMs: wanted.timeMs };
    const decoder = this.#decoderFor(wanted.group);
    if (decoder === null) return { is: 'waiting', for: 'picture' };
    if ('codecs' in decoder) return { is: 'unsupported', codecs: decoder.codecs };
    decoder.aim(wanted.group, wanted.timeMs);
    this.#awaited = keyOf(wanted.timeMs);
    return { is: 'waiting', for: 'picture' };
  }

  /** The picture that `want` brought about is on screen from now on; null: none. False when that changes nothing. */
  show(timeMs: number | null): boolean {
    const frame = timeMs === null ? null : this.#shelf.get(timeMs);
    if (frame === null && this.#frame === null) return false;
    if (frame !== null && this.#frame !== null && this.#frameMs === timeMs) return false;
    this.#frame?.close();
    this.#frame = frame?.clone() ?? null;
    this.#frameMs = frame ? timeMs : null;
    return true;
  }

  /** Looks after what will be wanted next, when nothing is wanted now. `stepMs`: from one shown moment to the next. */
  lookAhead(atMs: number, direction: -1 | 1, stepMs: number): void {
    const here = this.#store.at(atMs);
    if (here?.is !== 'group') {
      const next = here === null ? null : direction > 0 ? here.toMs : here.fromMs - beforeMs;
      if (next !== null && Number.isFinite(next) && this.#store.at(next) === null) this.#source?.expect(next);
      return;
    }
    const { group } = here;
    const beyondMs = direction > 0 ? group.endMs : group.startMs - beforeMs;
    // At high speeds whole groups are left out.
    const nextMs = direction > 0 ? Math.max(beyondMs, atMs + stepMs) : Math.min(beyondMs, atMs - stepMs);
    if (this.#store.at(nextMs) === null && nextMs > 0) this.#source?.expect(nextMs);
    this.#decodeAhead(atMs, direction, stepMs);
  }

  /**
   * Nothing is wanted, and nothing plays: gets and decodes what lies nearest to this moment on both sides, as far as there
   * is room for it, so that a hand that drags finds its pictures. To be called again after `progress`.
   */
  fillAround(atMs: number): void {
    const frame = this.#frame;
    if (this.#decoder?.decoder.isBusy !== false || frame === null || this.#source?.isIdle !== true) return;
    this.#awaited = null;
    let room = Math.min(this.#mostFrames, Math.floor(this.#mostBytes / bytesOf(frame)));
    for (const one of this.#store.around(atMs, groupsAround)) {
      if ('askMs' in one) {
        if (this.#getOnce(one.askMs)) return;
      } else {
        room -= one.video.length;
        if (room >= 0 && this.#decodeOnce(one)) return;
      }
    }
  }

  /** When the picture beside that of this moment is shown; 'waiting' while that is not known, null where there is none. */
  beside(atMs: number, by: 1 | -1): number | 'waiting' | null {
    const found = this.#store.beside(atMs, by);
    if (found === null) return null;
    if ('timeMs' in found) return found.timeMs;
    this.#source?.want(found.askMs);
    return 'waiting';
  }

  /** When another picture, or none, is shown than at this moment; null where that is not known. */
  changesNext(atMs: number, by: 1 | -1): number | null {
    const stretch = this.#store.at(atMs);
    if (stretch === null) return null;
    if (stretch.is !== 'group') return by === 1 ? stretch.toMs : stretch.fromMs;
    const shown = this.#store.pictureAt(atMs);
    if (shown === null) return null;
    // Backwards the picture before comes when this one's beginning is passed.
    if (by === -1) return shown.timeMs;
    const next = shown.group.shownMs.find((timeMs) => timeMs > shown.timeMs);
    return next ?? (shown.group === stretch.group ? stretch.group.endMs : (stretch.group.shownMs[0] ?? null));
  }

  /** When the pictures of a span begin to be shown, as far as they are here. */
  picturesIn(fromMs: number, toMs: number): number[] {
    return this.#store.picturesIn(fromMs, toMs);
  }

  /** What is shown at `fromMs` is not what is to be shown at this moment. */
  changesAt(atMs: number, by: 1 | -1, fromMs: number): boolean {
    const nextMs = this.changesNext(fromMs, by);
    return nextMs === null || (by === 1 ? atMs >= nextMs : atMs < nextMs);
  }

  /** What is recorded without a gap from this moment on ends there; Infinity where that is not known. */
  knownUntil(atMs: number): number {
    let endMs = atMs;
    for (let stretch = this.#store.at(endMs); stretch !== null; stretch = this.#store.at(endMs)) {
      if (stretch.is !== 'group' || stretch.group.endMs <= endMs) return endMs;
      endMs = stretch.group.endMs;
      if (stretch.group.open) return endMs;
    }
    return Infinity;
  }

  /** What is known of it ends there because it is still being recorded. */
  isGrowingAt(endMs: number): boolean {
    const stretch = this.#store.at(endMs - beforeMs);
    return stretch?.is === 'group' && stretch.group.open;
  }

  /** Sound around there, from the groups that are known, in the order of time. */
  soundBetween(fromMs: number, toMs: number): { format: number; timeMs: number; data: Uint8Array<ArrayBuffer> }[] {
    const found: { format: number; timeMs: number; data: Uint8Array<ArrayBuffer> }[] = [];
    for (let atMs = fromMs; atMs < toMs;) {
      const stretch = this.#store.at(atMs);
      if (stretch?.is !== 'group') break;
      const { format, audio, endMs } = stretch.group;
      for (const { timeMs, data } of audio) {
        if (timeMs >= fromMs && timeMs < toMs) found.push({ format, timeMs, data });
      }
      atMs = Math.max(endMs, atMs + 1);
    }
    return found;
  }

  /** null where nothing is known of that moment. */
  hasSoundAt(atMs: number): boolean | null {
    const stretch = this.#store.at(atMs);
    return stretch?.is === 'group' ? (this.formatOf(stretch.group.format)?.audio ?? null) !== null : null;
  }

  formatOf(format: number): ReturnType<GroupSource['formats']['get']> {
    return this.#source?.formats.get(format);
  }

  /** To be called a few times a second. */
  look(now: number): void {
    this.#decoder?.decoder.look(now);
  }

  /** What did not open is tried again. */
  retry(): void {
    this.#store.retry();
    this.#on.progress();
  }

  /**
   * What touches this span was deleted: nothing of it stays in memory, and none of it on screen. True when the picture on
   * screen was of it.
   */
  removed(fromMs: number, toMs: number): boolean {
    this.#source?.removed(fromMs, toMs);
    const reach = this.#store.removed(fromMs, toMs);
    this.#shelf.drop(reach.fromMs, reach.toMs);
    this.#filled.clear();
    if (reach.groups > 0) this.#closeDecoder();
    if (this.#frameMs === null || this.#frameMs < reach.fromMs || this.#frameMs >= reach.toMs) return false;
    return this.show(null);
  }

  close(): void {
    this.#closed = true;
    this.#source?.close();
    this.#source = null;
    this.#closeDecoder();
    this.#shelf.clear();
    this.#frame?.close();
    this.#frame = null;
  }

  beginPainting(): null {
    return null;
  }

  paintedNow(): void {
    // The deck knows what it has shown.
  }

  /** Every stream numbers its formats anew: what came by another one cannot be told apart any more. */
  #forget(): void {
    this.#store.dropGroups();
    this.#abilities.clear();
    this.#closeDecoder();
    this.#shelf.clear();
  }

  /** What is in it comes out no more. */
  #closeDecoder(): void {
    this.#decoder?.decoder.close();
    this.#decoder = null;
  }

  /** False when there is no more to be got there. */
  #getOnce(atMs: number): boolean {
    if (this.#filled.has(atMs) || this.#store.bytes > mostCodedBytes / 2) return false;
    this.#filled.add(atMs);
    this.#source?.expect(atMs);
    return true;
  }

  /** False when there is no more to be decoded of it. */
  #decodeOnce(group: Group): boolean {
    const last = group.shownMs.findLast((timeMs) => !this.#shelf.has(timeMs));
    if (last === undefined || this.#filled.has(group) || group.awaited > 0) return false;
    if (group.format !== this.#decoder?.format) return false;
    this.#filled.add(group);
    this.#decoder.decoder.aim(group, last);
    return true;
  }

  #decodeAhead(atMs: number, direction: -1 | 1, stepMs: number): void {
    const decoder = this.#decoder?.decoder;
    if (!decoder || decoder.isBusy) return;
    let moment = atMs;
    for (let pictures = 0; pictures < picturesAhead; pictures++) {
      const next = this.#store.beside(moment, direction);
      if (next === null || !('timeMs' in next)) return;
      // Pictures that will not be shown are decoded only on the way to one that will.
      if (direction * (next.timeMs - atMs) > Math.max(stepMs * 2, 400)) return;
      moment = next.timeMs;
      if (this.#shelf.has(moment)) continue;
      const wanted = this.#store.pictureAt(moment);
      if (wanted && !isCutShort(wanted.group, wanted.timeMs)) this.#aimAhead(wanted.group, moment);
      return;
    }
  }

  #aimAhead(group: Group, timeMs: number): void {
    const decoder = this.#decoderFor(group);
    if (decoder !== null && !('codecs' in decoder)) decoder.aim(group, timeMs);
  }

  /** null while it is asked whether this computer can decode it. */
  #decoderFor(group: Group): GroupDecoder | { codecs: string } | null {
    const { format } = group;
    if (this.#decoder?.format === format && this.#decoder.pace === this.#pace) return this.#decoder.decoder;
    const source = this.#source;
    const known = source?.formats.get(format);
    if (!known) return null;
    if (known.video === null) return { codecs: known.codecs };
    const ability = this.#abilities.get(format);
    if (ability === undefined) {
      this.#abilities.set(format, 'asked');
      void abilityFor(known.video, this.#way).then((found) => {
        if (this.#source === source) this.#abilities.set(format, found);
        this.#on.progress();
      });
      return null;
    }
    if (ability === 'asked') return null;
    if (!ability.supported) return { codecs: known.codecs };
    this.#closeDecoder();
    this.#mostFrames = ability.hardware ? mostLent : Infinity;
    this.#shelf.bound(this.#mostBytes, this.#mostFrames);
    const pace = ability.hardware ? 'atOnce' : this.#pace;
    const decoder = new GroupDecoder(known.video, ability, this.#way, pace, {
      picture: (frame) => this.#take(frame),
      undecodable: (one) => this.#giveUp(one),
    });
    this.#decoder = { format, pace: this.#pace, decoder };
    return decoder;
  }

  #take(frame: VideoFrame): void {
    if (this.#closed) {
      frame.close();
      return;
    }
    const { timestamp } = frame;
    this.#shelf.put(frame);
    // On the way to what is wanted nothing can be shown: nine cameras are not asked again for each of its pictures.
    if (timestamp === this.#awaited || this.#decoder?.decoder.isBusy !== true) this.#on.progress();
  }

  #giveUp(group: Group): void {
    this.#store.drop(group);
    this.#store.put({ is: 'failed', fromMs: group.startMs, toMs: group.endMs, code: 'undecodable' });
    this.#on.progress();
  }
}

function isWithoutPictures({ video, awaited, open }: Group): boolean {
  return video.length === 0 && awaited <= 0 && !open;
}

/** The picture is the last that came of a group of which more is on its way: another may be shown at that moment. */
function isCutShort(group: Group, timeMs: number): boolean {
  return group.awaited > 0 && group.shownMs.at(-1) === timeMs;
}
