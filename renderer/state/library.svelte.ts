/**
 * What is recorded: which cameras have recordings, the spans of one day of all of them, of one month of the chosen one,
 * and, merged to what can be seen, of a window that is longer than a day. Asks again when main says that they changed,
 * at most every two seconds, and only for what is on screen. An answer that comes after another day was chosen is
 * dropped. A failed question is told by `failed` and asked again with the next change.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CameraId, Span } from '../../main/contract/model.ts';
import { type CameraSpans, unpackSpans } from '../../main/contract/timeline.ts';
import { call, on } from '../home.ts';
import { known } from './known.svelte.ts';
import { text } from './text.ts';
import { dayHolding, minuteMs, monthHolding, type TimeSpan } from './time.ts';

export interface RecordedCamera {
  cameraId: CameraId;
  name: string;
  removed: boolean;
}

const paceMs = 2000;
const monthPaceMs = 60_000;
/** A window is told in so many parts at most, each a few pixels wide. */
const parts = 480;

interface Wide {
  within: TimeSpan;
  leastMs: number;
  spans: ReadonlyMap<CameraId, Span[]>;
}

class Library {
  #list = $state.raw<RecordedCamera[]>([]);
  /** In the order of the wall, those that were removed last. */
  readonly cameras = $derived.by(() => {
    const wall = known.ordered.map((camera) => camera.id);
    const rank = ({ cameraId }: RecordedCamera): number => {
      const at = wall.indexOf(cameraId);
      return at === -1 ? wall.length : at;
    };
    return [...this.#list].sort((a, b) => rank(a) - rank(b));
  });
  /** False until the list has been read once. */
  read = $state(false);
  failed = $state(false);
  day = $state.raw<TimeSpan>(dayHolding(Date.now()));
  /** Spans of `day`, up to now, by camera. */
  readonly days = new SvelteMap<CameraId, Span[]>();
  /** Spans of the month that holds `day`, of the chosen camera. */
  month = $state.raw<Span[]>([]);
  /** Of all cameras, in and around a window that is longer than a day; null while there was none. */
  #wide = $state.raw<Wide | null>(null);
  #wideAsked: Omit<Wide, 'spans'> | null = null;
  #monthOf: CameraId | null = null;
  #watchers = 0;
  #stopListening: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #changed = new Set<CameraId>();
  #askedMs = { days: 0, month: 0, wide: 0 };

  /** Keeps everything fresh until the function returned is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.#stopListening = [
        on('library.changed', ({ cameraId }) => this.#later(cameraId)),
        on('cameras.changed', () => void this.#readCameras()),
      ];
    }
    void this.#readCameras();
    return () => this.#unwatch();
  }

  /** Puts another day, or another camera's month, on screen. */
  show(timeMs: number, cameraId: CameraId | null): void {
    const day = dayHolding(timeMs);
    const newDay = day.fromMs !== this.day.fromMs;
    const newMonth = cameraId !== this.#monthOf || monthHolding(timeMs).fromMs !== monthHolding(this.day.fromMs).fromMs;
    if (newDay) {
      this.day = day;
      void this.#readDays(null);
    }
    if (newMonth) {
      this.#monthOf = cameraId;
      this.month = [];
      void this.#readMonth();
    }
  }

  /** Puts a window that is longer than a day on screen. `around`: how far it can be moved. */
  showWide(window: TimeSpan, around: TimeSpan): void {
    const lengthMs = window.toMs - window.fromMs;
    const leastMs = Math.floor(lengthMs / parts);
    const asked = this.#wideAsked;
    const covers = asked && asked.within.fromMs <= window.fromMs && asked.within.toMs >= window.toMs;
    if (covers && asked.leastMs <= leastMs && asked.leastMs * 2 > leastMs) return;
    const within = {
      fromMs: Math.max(around.fromMs, window.fromMs - lengthMs),
      toMs: Math.min(around.toMs, window.toMs + lengthMs),
    };
    void this.#readWide({ within, leastMs });
  }

  /** Also of a camera that was removed; what stands for a name where it is not known any more. */
  nameOf(cameraId: CameraId): string {
    return this.cameras.find((camera) => camera.cameraId === cameraId)?.name ?? text.archive.removed;
  }

  /** What is drawn of a camera: of the day, or of a window that is longer. */
  drawn(cameraId: CameraId, isWide: boolean): readonly Span[] {
    return (isWide ? this.#wide?.spans.get(cameraId) : null) ?? this.days.get(cameraId) ?? [];
  }

  /** Spans of one camera anywhere: for a question that what is on screen does not answer. */
  async spans(cameraId: CameraId, within: TimeSpan): Promise<Span[]> {
    const toMs = Math.min(within.toMs, Date.now());
    if (toMs <= within.fromMs) return [];
    const answer = await call('library.spans', { cameraId, fromMs: within.fromMs, toMs });
    return answer.ok ? answer.value : [];
  }

  #unwatch(): void {
    this.#watchers -= 1;
    if (this.#watchers > 0) return;
    for (const stop of this.#stopListening) stop();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #readCameras(): Promise<void> {
    try {
      this.#list = await call('library.cameras');
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.read = true;
    await Promise.all([this.#readDays(null), this.#readMonth()]);
  }

  #later(cameraId: CameraId): void {
    if (!this.cameras.some((camera) => camera.cameraId === cameraId)) {
      void this.#readCameras();
      return;
    }
    this.#changed.add(cameraId);
    const sinceMs = Date.now() - this.#askedMs.days;
    this.#timer ??= setTimeout(() => this.#readChanged(), Math.max(0, paceMs - sinceMs));
  }

  #readChanged(): void {
    this.#timer = null;
    const changed = [...this.#changed];
    this.#changed.clear();
    void this.#readDays(changed);
    const isDue = (askedMs: number): boolean => Date.now() - askedMs > monthPaceMs;
    const { month, wide } = this.#askedMs;
    if (this.#monthOf !== null && changed.includes(this.#monthOf) && isDue(month)) void this.#readMonth();
    if (this.#wideAsked && isDue(wide)) void this.#readWide(this.#wideAsked);
  }

  /** null: of all cameras. */
  async #readDays(cameraIds: CameraId[] | null): Promise<void> {
    const day = this.day;
    this.#askedMs.days = Date.now();
    const found = await this.#overview(cameraIds, day, 0);
    if (!found || day !== this.day) return;
    if (cameraIds === null) this.days.clear();
    for (const { cameraId, spans } of found) this.days.set(cameraId, spans);
  }

  async #readMonth(): Promise<void> {
    const cameraId = this.#monthOf;
    const month = monthHolding(this.day.fromMs);
    if (cameraId === null) return;
    this.#askedMs.month = Date.now();
    const found = await this.#overview([cameraId], month, minuteMs);
    const isShown = cameraId === this.#monthOf && month.fromMs === monthHolding(this.day.fromMs).fromMs;
    if (found && isShown) this.month = found[0]?.spans ?? [];
  }

  async #readWide(asked: Omit<Wide, 'spans'>): Promise<void> {
    this.#wideAsked = asked;
    this.#askedMs.wide = Date.now();
    const found = await this.#overview(null, asked.within, asked.leastMs);
    if (this.#wideAsked !== asked) return;
    if (found) this.#wide = { ...asked, spans: new Map(found.map(({ cameraId, spans }) => [cameraId, spans])) };
    else this.#wideAsked = null;
  }

  /** As far as time has come; null when it could not be asked. */
  async #overview(cameraIds: CameraId[] | null, within: TimeSpan, leastMs: number): Promise<CameraSpans[] | null> {
    // A window may begin between two milliseconds.
    const fromMs = Math.floor(within.fromMs);
    const toMs = Math.min(Math.ceil(within.toMs), Date.now());
    if (toMs <= fromMs || cameraIds?.length === 0) return [];
    try {
      const answer = await call('library.overview', { cameraIds, fromMs, toMs, leastMs });
      this.failed = false;
      return answer.ok ? unpackSpans(answer.value) : null;
    } catch {
      this.failed = true;
      return null;
    }
  }
}

export const library = new Library();
