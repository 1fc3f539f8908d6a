/**
 * Shows a viewer one camera over the better of two connections: `own`, made for showing, from its first picture on, and
 * `recorded`, the connection that is recorded as well, before that and again at once when the own one is lost. The
 * viewer is told a new configuration at each change, followed by a keyframe, so what it shows stays until the next
 * picture is there. Knows nothing of why there is an own connection or none.
 */
import type { FanOut, Viewer } from './fanOut.ts';
import type { StreamState } from '../../contract/model.ts';

/** What it uses of a feed. */
export interface Watchable {
  readonly state: StreamState;
  watch: FanOut['watch'];
}

type Way = 'own' | 'recorded';

export class EitherWay {
  readonly #viewer: Viewer;
  /** What is recorded is shown while the own connection is being made; else only when that is lost. */
  readonly #atOnce: boolean;
  readonly #feeds: Record<Way, Watchable | null> = { own: null, recorded: null };
  readonly #stops: Record<Way, (() => void) | null> = { own: null, recorded: null };
  #shown: Way | null = null;

  constructor(viewer: Viewer, options: { atOnce: boolean }) {
    this.#viewer = viewer;
    this.#atOnce = options.atOnce;
  }

  /** The connections from now on; the same as before change nothing. */
  ways(feeds: Record<Way, Watchable | null>): void {
    for (const way of ['own', 'recorded'] as const) {
      if (this.#feeds[way] === feeds[way]) continue;
      this.#leave(way);
      this.#feeds[way] = feeds[way];
    }
    if (feeds.own && !this.#stops.own) this.#watch('own');
    this.#choose();
  }

  /** May be called twice. */
  close(): void {
    this.ways({ own: null, recorded: null });
  }

  /** What is recorded is shown as long as the own connection shows nothing. */
  #choose(): void {
    const { own, recorded } = this.#feeds;
    if (this.#shown === 'own' || this.#stops.recorded || !recorded) return;
    const waits = own && !this.#atOnce && (own.state.state === 'connecting' || own.state.state === 'live');
    if (!waits) this.#watch('recorded');
  }

  #watch(way: Way): void {
    const feed = this.#feeds[way];
    if (!feed) return;
    const watching: { over: boolean; stop: (() => void) | null } = { over: false, stop: null };
    this.#stops[way] = () => {
      watching.over = true;
      watching.stop?.();
    };
    // It is told the state and every picture since the last keyframe before `watch` returns.
    watching.stop = feed.watch({
      state: (state) => {
        if (!watching.over) this.#state(way, state);
      },
      config: (video, audio, origin) => {
        if (watching.over || (way === 'recorded' && this.#shown === 'own')) return;
        this.#show(way);
        this.#viewer.config(video, audio, origin);
      },
      frame: (frame, arrivalMs, replayed) => {
        if (!watching.over && this.#shown === way) this.#viewer.frame(frame, arrivalMs, replayed);
      },
    });
    if (watching.over) watching.stop();
  }

  #show(way: Way): void {
    if (this.#shown === way) return;
    this.#shown = way;
    const feed = this.#feeds[way];
    if (way === 'own') this.#leave('recorded');
    if (feed) this.#viewer.state(feed.state);
  }

  #state(way: Way, state: StreamState): void {
    const isLost = state.state !== 'live' && state.state !== 'connecting';
    if (way === 'own' && this.#feeds.recorded) {
      // The recorded connection goes on: its pictures, and its state.
      if (state.state !== 'live' && this.#shown === 'own') this.#shown = null;
      if (this.#shown === null && (isLost || this.#atOnce || this.#stops.recorded)) {
        this.#choose();
        return;
      }
    }
    if (this.#shown === way || this.#shown === null) this.#viewer.state(state);
  }

  #leave(way: Way): void {
    this.#stops[way]?.();
    this.#stops[way] = null;
    if (this.#shown === way) this.#shown = null;
  }
}
