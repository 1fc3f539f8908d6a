/**
 * What is known of one camera's recordings around the playhead: groups of coded pictures as they came, gaps, and what does
 * not open. Bounded in bytes; what lies farthest from the playhead goes first. Pure: knows neither ports nor decoders.
 */
import type { GapCause } from '../../../main/contract/model.ts';
import type { Sample } from '../../../main/contract/playback.ts';

export type CodedSample = Sample & { data: Uint8Array<ArrayBuffer> };

export interface Group {
  format: number;
  /** It shows from there on; what comes with it of before is needed to decode. */
  startMs: number;
  /** What is shown from there on is another group's. */
  endMs: number;
  /** It is still being recorded. */
  open: boolean;
  /** Binary messages that came, in all, and those that are on their way. */
  fragments: number;
  awaited: number;
  /** In the order of decoding. */
  video: CodedSample[];
  audio: CodedSample[];
  /** Times of the pictures, in the order in which they are shown. The first may be before the group shows. */
  shownMs: number[];
  /** Pictures are shown in another order than they are decoded. */
  reordered: boolean;
  bytes: number;
}

export type Stretch =
  | { is: 'group'; group: Group }
  /** −Infinity before the first recording, Infinity behind the last one. */
  | { is: 'gap'; fromMs: number; toMs: number; cause: GapCause }
  | { is: 'failed'; fromMs: number; toMs: number; code: 'vaultDamaged' | 'gone' | 'undecodable' };

type NoGroup = Exclude<Stretch, { is: 'group' }>;

/** Recordings begin at whole milliseconds, pictures anywhere between: so near they are of the same moment. */
const sameMs = 2;
/** So much earlier is surely before a moment. */
export const beforeMs = 2 * sameMs + 1;
const mostNoGroups = 200;

export class GroupStore {
  readonly #mostBytes: number;
  #groups: Group[] = [];
  #others: NoGroup[] = [];
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** null where nothing is known. */
  at(atMs: number): Stretch | null {
    const moment = atMs + sameMs;
    const group = this.#groups.findLast(({ startMs, endMs }) => startMs <= moment && moment < endMs + sameMs);
    if (group && !(group.open && moment >= group.endMs)) return { is: 'group', group };
    return this.#others.findLast(({ fromMs, toMs }) => fromMs <= moment && moment < toMs) ?? null;
  }

  /** The group that begins there, whose rest is on its way now; a new one where there is none. */
  begin(head: Pick<Group, 'format' | 'startMs' | 'endMs' | 'open'> & { awaited: number }, have: number): Group {
    const here = this.#groups.find(({ startMs, format }) => startMs === head.startMs && format === head.format);
    // What is still being recorded stays what it is when it shows from another moment on.
    const known = here ?? this.#groups.find(({ open, format }) => have > 0 && open && format === head.format);
    if (known && known.fragments === have) return Object.assign(known, head);
    if (known) this.drop(known);
    const group: Group = {
      ...head,
      ...{ fragments: 0, bytes: 0, reordered: false },
      ...{ video: [], audio: [], shownMs: [] },
    };
    const at = this.#groups.findLastIndex(({ startMs }) => startMs < group.startMs);
    this.#groups.splice(at + 1, 0, group);
    this.#forgetEnd();
    return group;
  }

  /** A message of the group came; of one that was dropped nothing is kept. */
  add(group: Group, samples: readonly CodedSample[]): void {
    group.fragments += 1;
    group.awaited -= 1;
    if (!this.#groups.includes(group)) return;
    for (const sample of samples) {
      group.bytes += sample.data.byteLength;
      this.#bytes += sample.data.byteLength;
      if (sample.track === 'audio') group.audio.push(sample);
      else {
        const last = group.video.at(-1)?.timeMs ?? -Infinity;
        if (sample.timeMs < last) group.reordered = true;
        group.shownMs.push(sample.timeMs);
        group.video.push(sample);
      }
    }
    if (group.reordered) group.shownMs.sort((one, other) => one - other);
    // Of pictures of before it shows the last.
    while (group.shownMs[1] !== undefined && group.shownMs[1] <= group.startMs + sameMs) group.shownMs.shift();
  }

  drop(group: Group): void {
    const at = this.#groups.indexOf(group);
    if (at === -1) return;
    this.#groups.splice(at, 1);
    this.#bytes -= group.bytes;
  }

  /** Gaps stay known. */
  dropGroups(): void {
    this.#groups = [];
    this.#bytes = 0;
  }

  /** What touches this span was deleted: nothing of it is kept. Returns how far it and the pictures that went reach. */
  removed(fromMs: number, toMs: number): { fromMs: number; toMs: number; groups: number } {
    this.#others = this.#others.filter((one) => one.fromMs >= toMs || one.toMs <= fromMs);
    const gone = this.#groups.filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs);
    const reach = { fromMs, toMs, groups: gone.length };
    for (const group of gone) {
      this.drop(group);
      for (const { timeMs } of group.video) {
        reach.fromMs = Math.min(reach.fromMs, timeMs);
        reach.toMs = Math.max(reach.toMs, timeMs + sameMs);
      }
    }
    return reach;
  }

  put(other: NoGroup): void {
    this.#others = this.#others.filter(({ fromMs, toMs }) => fromMs !== other.fromMs || toMs !== other.toMs);
    this.#others.push(other);
    if (this.#others.length > mostNoGroups) this.#others.shift();
  }

  /** More was recorded: what was taken for the end is none any more. */
  grew(): Group | null {
    this.#forgetEnd();
    return this.#groups.findLast(({ open }) => open) ?? null;
  }

  /** What did not open is tried again. */
  retry(): void {
    this.#others = this.#others.filter(({ is }) => is !== 'failed');
  }

  /** When the pictures of this span begin to be shown, in order, as far as they are here. */
  picturesIn(fromMs: number, toMs: number): number[] {
    return this.#groups.flatMap(({ startMs, endMs, shownMs }) => {
      const [least, most] = [Math.max(fromMs, startMs - sameMs), Math.min(toMs, endMs)];
      return shownMs.filter((timeMs) => timeMs >= least && timeMs < most);
    });
  }

  /** The picture that is shown at this moment; null where none is known. */
  pictureAt(atMs: number): { group: Group; timeMs: number } | null {
    const stretch = this.at(atMs);
    if (stretch?.is !== 'group') return null;
    const { group } = stretch;
    const timeMs = group.shownMs.findLast((shownMs) => shownMs <= atMs + sameMs);
    if (timeMs !== undefined) return { group, timeMs };
    // Told of, and on its way: which of its pictures it is can only be said when they are here.
    if (group.shownMs.length === 0 && group.awaited > 0) return null;
    // Sound begins a little earlier than its pictures: until then the group before is shown.
    const before = this.#groups[this.#groups.indexOf(group) - 1];
    const last = before && group.startMs - before.endMs < 1 ? before.shownMs.at(-1) : undefined;
    if (before && last !== undefined && before.awaited === 0) return { group: before, timeMs: last };
    const [first] = group.shownMs;
    return first === undefined ? null : { group, timeMs: first };
  }

  /**
   * When the next picture, or the one before, is shown. null: nothing is recorded there. 'unknown': what lies at `askMs`
   * has to be asked for first.
   */
  beside(atMs: number, by: 1 | -1): { timeMs: number } | { askMs: number } | null {
    const here = this.pictureAt(atMs);
    if (here !== null) {
      const { group, timeMs } = here;
      const next = group.shownMs[group.shownMs.indexOf(timeMs) + by];
      if (next !== undefined) return { timeMs: next };
      if (by === 1 && group.awaited > 0) return { askMs: group.startMs };
      return this.#beyond(by === 1 ? group.endMs : group.startMs - beforeMs, by);
    }
    const stretch = this.at(atMs);
    if (stretch === null || stretch.is === 'group') return { askMs: atMs };
    return this.#beyond(by === 1 ? stretch.toMs : stretch.fromMs - beforeMs, by);
  }

  /** The group of this moment and so many on each side up to a gap, the nearest first; `askMs`: what lies there is not known. */
  around(atMs: number, most: number): (Group | { askMs: number })[] {
    const here = this.at(atMs);
    if (here === null) return [{ askMs: atMs }];
    if (here.is !== 'group') return [];
    const sides = [1, -1].map((by) => this.#beyondGroup(here.group, by, most));
    return [here.group, ...Array.from({ length: most }, (_, at) => sides.flatMap((side) => side[at] ?? [])).flat()];
  }

  /** Keeps below the bound by what lies farthest from there. What is on its way stays until all of it came. */
  trim(aroundMs: number): void {
    const distance = ({ startMs, endMs }: Group): number => Math.max(startMs - aroundMs, aroundMs - endMs, 0);
    const whole = this.#groups.filter((group) => group.awaited <= 0 && distance(group) > 0);
    const nearestFirst = whole.sort((one, other) => distance(one) - distance(other));
    while (this.#bytes > this.#mostBytes) {
      const farthest = nearestFirst.pop();
      if (!farthest) return;
      this.drop(farthest);
    }
  }

  #beyondGroup(group: Group, by: number, most: number): (Group | { askMs: number })[] {
    const found: (Group | { askMs: number })[] = [];
    for (let last = group; found.length < most;) {
      const askMs = by === 1 ? last.endMs : last.startMs - beforeMs;
      const stretch = askMs < 0 || (by === 1 && last.open) ? undefined : this.at(askMs);
      if (stretch === null) return [...found, { askMs }];
      if (stretch?.is !== 'group' || stretch.group === last) return found;
      found.push(stretch.group);
      last = stretch.group;
    }
    return found;
  }

  #beyond(atMs: number, by: 1 | -1): { timeMs: number } | { askMs: number } | null {
    let moment = atMs;
    for (let looks = 0; looks < mostNoGroups && Number.isFinite(moment); looks++) {
      const stretch = this.at(moment);
      if (stretch === null) return { askMs: Math.max(0, moment) };
      if (stretch.is === 'group') {
        const { group } = stretch;
        if (group.awaited > 0 && by === -1) return { askMs: moment };
        const timeMs = by === 1 ? group.shownMs[0] : this.#lastShownOf(group);
        return timeMs === undefined
          ? { askMs: moment }
          : { timeMs: by === 1 ? Math.max(timeMs, group.startMs) : timeMs };
      }
      moment = by === 1 ? stretch.toMs : stretch.fromMs - beforeMs;
    }
    return null;
  }

  /** The clock was set back: its last pictures may be of a time at which another recording shows. */
  #lastShownOf(group: Group): number | undefined {
    return group.shownMs.findLast((timeMs) => this.pictureAt(timeMs)?.group === group);
  }

  #forgetEnd(): void {
    this.#others = this.#others.filter(({ toMs }) => toMs !== Infinity);
  }
}
