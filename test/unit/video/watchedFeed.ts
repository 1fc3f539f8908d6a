/** A feed on a simulated camera, with everything that it tells written down and waited for. */
import assert from 'node:assert/strict';
import type { GapCause, StreamState, VideoCodec } from '../../../main/contract/model.ts';
import { good, type Outcome } from '../../../main/contract/problems.ts';
import type { AudioConfig, VideoConfig } from '../../../main/contract/stream.ts';
import { Feed, type FeedOptions, type Run } from '../../../main/core/video/feed.ts';
import type { StreamSource } from '../../../main/core/video/ffmpeg.ts';
import type { MediaFrame } from '../../../main/core/video/flv.ts';
import type { Fragment } from '../../../main/core/video/fmp4.ts';
import { type CameraPlan, defaultPlans, type YardCamera } from '../../yard/yard.ts';
import { ffmpeg } from './makeMedia.ts';

export type Told =
  | { what: 'state'; state: StreamState }
  | { what: 'run'; run: Run }
  | { what: 'fragment'; fragment: Fragment; arrivalMs: number }
  | { what: 'runEnd'; cause: GapCause; sinceMs: number | undefined }
  | { what: 'config'; video: VideoConfig; audio: AudioConfig | null }
  | { what: 'frame'; frame: MediaFrame; replayed: boolean }
  | { what: 'bitRate'; bitsPerSecond: number }
  | { what: 'note'; text: string }
  | { what: 'defect'; error: unknown };

/** A small camera without ONVIF. */
export function planOf(change: {
  main?: Partial<CameraPlan['main']>;
  rtsp?: Partial<CameraPlan['rtsp']>;
  password?: string;
}): CameraPlan {
  const [plan] = defaultPlans(1);
  assert.ok(plan?.sub);
  return {
    ...plan,
    main: { ...plan.sub, ...change.main },
    sub: null,
    onvif: null,
    rtsp: { ...plan.rtsp, ...change.rtsp },
    password: change.password ?? plan.password,
  };
}

export function sourceOf(camera: YardCamera): Outcome<StreamSource> {
  const { video, sound } = camera.plan.main;
  return good({
    url: camera.streamUrl('main'),
    credentials: { user: camera.user, password: camera.password },
    allowsClearPassword: camera.plan.rtsp.auth === 'basic',
    video: video satisfies VideoCodec,
    audio: sound === null ? null : sound === 'AAC' ? 'AAC' : 'G.711',
  });
}

export class WatchedFeed {
  readonly told: Told[] = [];
  readonly feed: Feed;
  #waiting: (() => void)[] = [];

  constructor(source: FeedOptions['source'], options: Partial<Omit<FeedOptions, 'source' | 'on'>> = {}) {
    const tell = (told: Told): void => this.#tell(told);
    this.feed = new Feed({
      ...{ ffmpeg, role: 'main', source, record: true, sound: false, convert: false, ...options },
      on: {
        state: (state) => tell({ what: 'state', state }),
        run: (run) => tell({ what: 'run', run }),
        fragment: (fragment, arrivalMs) => tell({ what: 'fragment', fragment, arrivalMs }),
        runEnd: (cause, sinceMs) => tell({ what: 'runEnd', cause, sinceMs }),
        bitRate: (bitsPerSecond) => tell({ what: 'bitRate', bitsPerSecond }),
        note: (text) => tell({ what: 'note', text }),
        defect: (error) => tell({ what: 'defect', error }),
      },
    });
  }

  /** Writes the frames down too. */
  watch(): () => void {
    return this.feed.watch({
      config: (video, audio) => this.#tell({ what: 'config', video, audio }),
      frame: (frame, _arrivalMs, replayed) => this.#tell({ what: 'frame', frame, replayed }),
      state: () => undefined,
    });
  }

  #tell(told: Told): void {
    this.told.push(told);
    for (const look of this.#waiting.splice(0)) look();
  }

  all<What extends Told['what']>(what: What): Extract<Told, { what: What }>[] {
    return this.told.filter((told): told is Extract<Told, { what: What }> => told.what === what);
  }

  get states(): string[] {
    return this.all('state').map(({ state }) => (state.state === 'lost' ? `lost ${state.cause}` : state.state));
  }

  /** Resolves when this holds, looking after everything that is told. */
  async until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(() => resolve(null), Math.max(0, deadlineMs - performance.now()));
      this.#waiting.push(() => resolve(null));
      await promise;
      clearTimeout(timer);
      if (!holds() && performance.now() >= deadlineMs) {
        const heard = this.told.map((told) => told.what).slice(-20);
        assert.fail(`${what} did not come; ${this.states.join(', ')}; ${heard.join(' ')}`);
      }
    }
  }

  /** Resolves with the next time that this is told, counting from now. */
  async next<What extends Told['what']>(
    what: What,
    fits: (told: Extract<Told, { what: What }>) => boolean = () => true,
    withinMs?: number,
  ): Promise<Extract<Told, { what: What }>> {
    const from = this.told.length;
    const find = (): Extract<Told, { what: What }> | undefined =>
      this.told
        .slice(from)
        .filter((told): told is Extract<Told, { what: What }> => told.what === what)
        .find(fits);
    await this.until(what, () => find() !== undefined, withinMs);
    const found = find();
    assert.ok(found);
    return found;
  }

  live(): Promise<unknown> {
    return this.feed.state.state === 'live'
      ? Promise.resolve()
      : this.next('state', ({ state }) => state.state === 'live');
  }
}
