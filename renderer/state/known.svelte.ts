/**
 * What the main process has told the page: the state of the app, the cameras and their statuses, the vault, settings.
 * Each event carries the whole new value, so a missed one does no harm. Before the first answer, `app` is null.
 *
 * When Nightjar locks, everything that the page shows goes at once, and the shell loads it anew, so that nothing of
 * what it knew is left in its memory.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CallArgument } from '../../main/contract/calls.ts';
import { firstLayout } from '../../main/contract/layouts.ts';
import type {
  AppState,
  Camera,
  CameraId,
  CameraStatus,
  Settings,
  VaultStatus,
  WindowName,
} from '../../main/contract/model.ts';
import { firstNoticeWishes } from '../../main/contract/notices.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import { isQuiet } from '../../main/contract/recordingPlan.ts';
import { call, on } from '../home.ts';
import { dropUnseen } from '../live/pictures.ts';
import { forgetStills } from '../live/stillAt.ts';
import { announcer } from './announcer.svelte.ts';
import { bookmarks } from './bookmarks.svelte.ts';
import { privacy } from './privacy.svelte.ts';

/** The shell loads a page that was locked anew before that. */
const loadedAnewWithinMs = 3000;

class Known {
  app = $state.raw<AppState | null>(null);
  cameras = $state.raw<Camera[]>([]);
  /** False until the list has been read once: an empty wall must not flash by. */
  camerasRead = $state(false);
  readonly statuses = new SvelteMap<CameraId, CameraStatus>();
  vault = $state.raw<VaultStatus | null>(null);
  settings = $state.raw<Settings>({
    ...{ theme: 'dark', drawing: 'auto', tourSeconds: 10, tourThrough: 'pages' },
    ...{ layouts: [firstLayout], layoutId: firstLayout.id },
    ...{ secondWindow: { open: false, layoutId: firstLayout.id, place: null }, keepBytes: null, keepDays: null },
    ...{ lockAfterMinutes: 15, lockOnSuspend: true, soundVolume: 0.6, privacy: null },
    notices: firstNoticeWishes,
  });
  /** Which of the app's windows this page is in. */
  window = $state<WindowName>('main');
  online = $state(true);
  /** The bridge failed: nothing can be shown, only said. */
  failed = $state(false);
  /** What main said last; `app` follows when everything for it is here. */
  #told: AppState | null = null;

  /** The cameras in the order of the first layout. */
  readonly ordered = $derived.by(() => {
    const order = this.settings.layouts[0]?.cameraIds ?? [];
    const rank = (camera: Camera): number => {
      const at = order.indexOf(camera.id);
      return at === -1 ? order.length : at;
    };
    return [...this.cameras].sort((a, b) => rank(a) - rank(b) || a.addedMs - b.addedMs);
  });

  readonly recordingCount = $derived(
    this.cameras.filter((camera) => this.statuses.get(camera.id)?.recording.recording === true).length,
  );

  /** Cameras that ought to be recorded now, and are not. */
  readonly missingCount = $derived(
    this.cameras.filter((camera) => {
      const recording = this.statuses.get(camera.id)?.recording;
      return !recording || (!recording.recording && !isQuiet(recording.cause));
    }).length,
  );

  /** Cameras that are not recorded because they are not meant to be. */
  readonly quietCount = $derived(this.cameras.length - this.recordingCount - this.missingCount);

  camera(id: CameraId): Camera | null {
    return this.cameras.find((camera) => camera.id === id) ?? null;
  }

  /** Shown at once; what the main process then says is what holds. */
  async changeSettings(change: CallArgument<'settings.set'>): Promise<Outcome<Settings>> {
    const { secondLayoutId, ...rest } = change;
    const { secondWindow } = this.settings;
    const layoutId = secondLayoutId ?? secondWindow.layoutId;
    this.settings = { ...this.settings, ...rest, secondWindow: { ...secondWindow, layoutId } };
    const answer = await call('settings.set', change);
    this.settings = answer.ok ? answer.value : await call('settings.get');
    return answer;
  }

  /** Listens first and asks then, so that nothing falls between. */
  async start(): Promise<void> {
    on('app.changed', (app) => void this.#tryToEnter(app));
    on('vault.changed', (vault) => (this.vault = vault));
    on('cameras.changed', (cameras) => this.#take(cameras));
    on('status.changed', (status) => this.statuses.set(status.cameraId, status));
    on('recordings.removed', ({ cameraId, fromMs, toMs }) => forgetStills(cameraId, { fromMs, toMs }));
    on('settings.changed', (settings) => (this.settings = settings));
    privacy.start();
    on('network.changed', ({ online }) => (this.online = online));
    try {
      const [own, app] = await Promise.all([call('windows.own'), call('app.state')]);
      this.window = own;
      await this.#tryToEnter(app);
    } catch {
      this.failed = true;
    }
  }

  async #tryToEnter(app: AppState): Promise<void> {
    try {
      await this.#enter(app);
    } catch {
      this.failed = true; // a defect of the main process, logged there
    }
  }

  /** A vault that opened brings everything else with it. */
  async #enter(app: AppState): Promise<void> {
    this.#told = app;
    // Another vault than the one that is shown: nothing of that one stays on screen.
    if (app.phase === 'open' && this.app?.phase === 'open' && this.app.folder !== app.folder) this.app = null;
    if (app.phase === 'open' && this.app?.phase !== 'open') {
      dropUnseen();
      forgetStills();
      bookmarks.forget();
      const [cameras, statuses, settings, vault] = await Promise.all([
        call('cameras.list'),
        call('cameras.statuses'),
        call('settings.get'),
        call('vault.status'),
        privacy.load(),
      ]);
      // It was left again meanwhile.
      if (this.#told !== app) return;
      for (const status of statuses) this.statuses.set(status.cameraId, status);
      this.settings = settings;
      if (vault.ok) this.vault = vault.value;
      this.#take(cameras);
    } else if (app.phase === 'locked' && this.camerasRead) {
      this.app = null;
      this.camerasRead = false;
      announcer.say('');
      setTimeout(() => void this.#tryToEnter(this.#told ?? app), loadedAnewWithinMs);
      return;
    } else if (app.phase !== 'open' && this.app === null) {
      // The theme, which main tells also while nothing else may be known.
      this.settings = await call('settings.get');
      if (this.#told !== app) return;
    }
    this.app = app;
  }

  #take(cameras: Camera[]): void {
    const ids = new Set(cameras.map((camera) => camera.id));
    for (const { id } of this.cameras) if (!ids.has(id)) forgetStills(id);
    this.cameras = cameras;
    this.camerasRead = true;
    for (const id of this.statuses.keys()) if (!ids.has(id)) this.statuses.delete(id);
  }
}

export const known = new Known();
