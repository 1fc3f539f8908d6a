/**
 * What is recorded: which cameras have recordings, the spans of one day of each, and of one month of the chosen one.
 * Asks again when main says that they changed, at most every two seconds a camera, and only for what is on screen. An
 * answer that comes after another day was chosen is dropped. A failed question is told by `failed` and asked again with
 * the next change.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CameraId, Span } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { known } from './known.svelte.ts';
import { dayHolding, monthHolding, type TimeSpan } from './time.ts';

export interface RecordedCamera {
  cameraId: CameraId;
  name: string;
  removed: boolean;
}

const paceMs = 2000;
const monthPaceMs = 60_000;

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
  #monthOf: CameraId | null = null;
  #watchers = 0;
  #stopListening: (() => void)[] = [];
  #timers = new Map<CameraId, ReturnType<typeof setTimeout>>();
  #askedMs = new Map<string, number>();

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
      this.days.clear();
      for (const camera of this.cameras) void this.#readDay(camera.cameraId);
    }
    if (newMonth) {
      this.#monthOf = cameraId;
      this.month = [];
      void this.#readMonth();
    }
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
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #readCameras(): Promise<void> {
    try {
      this.#list = await call('library.cameras');
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.read = true;
    await Promise.all([...this.cameras.map((camera) => this.#readDay(camera.cameraId)), this.#readMonth()]);
  }

  #later(cameraId: CameraId): void {
    if (!this.cameras.some((camera) => camera.cameraId === cameraId)) {
      void this.#readCameras();
      return;
    }
    if (this.#timers.has(cameraId)) return;
    const sinceMs = Date.now() - (this.#askedMs.get(cameraId) ?? 0);
    const timer = setTimeout(
      () => {
        this.#timers.delete(cameraId);
        void this.#readDay(cameraId);
        if (cameraId === this.#monthOf && Date.now() - (this.#askedMs.get('month') ?? 0) > monthPaceMs) {
          void this.#readMonth();
        }
      },
      Math.max(0, paceMs - sinceMs),
    );
    this.#timers.set(cameraId, timer);
  }

  async #readDay(cameraId: CameraId): Promise<void> {
    const day = this.day;
    this.#askedMs.set(cameraId, Date.now());
    try {
      const spans = await this.spans(cameraId, day);
      if (day === this.day) this.days.set(cameraId, spans);
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }

  async #readMonth(): Promise<void> {
    const cameraId = this.#monthOf;
    const day = this.day;
    if (cameraId === null) return;
    this.#askedMs.set('month', Date.now());
    try {
      const spans = await this.spans(cameraId, monthHolding(day.fromMs));
      if (cameraId === this.#monthOf && day === this.day) this.month = spans;
    } catch {
      this.failed = true;
    }
  }
}

export const library = new Library();
