/**
 * Moves cameras. Keeps for each camera that is moved the way to its PTZ service, opened once, and its hold; asks each
 * camera what of it can be moved when it is connected to, one camera after another. Whatever ends the interest in a
 * camera (its connection is lost, the app is locked, it sleeps, it ends) stops its head. Nothing here throws.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { CameraId, Moves, Preset } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Credentials } from '../wire/digest.ts';
import { OnvifCamera, type OnvifPlace } from './onvif.ts';
import { chooseProfiles } from './profiles.ts';
import { PtzHead, ptzPlace } from './ptzHead.ts';
import { PtzHold, type Speed } from './ptzHold.ts';

export interface PtzWay {
  place: OnvifPlace;
  credentials: Credentials | null;
}

export interface PtzOptions {
  /** Where a camera is, and how to sign in. `cannotMove` of one without ONVIF. */
  wayTo: (cameraId: CameraId) => Promise<Outcome<PtzWay>>;
  /** What of the camera can be moved, as it tells now. */
  learned: (cameraId: CameraId, moves: Moves | null) => Promise<void>;
  /** Returns the id that the user sees. */
  defect: (error: unknown) => string;
}

interface Open {
  head: PtzHead;
  hold: PtzHold;
}

interface Moved {
  opening: Promise<Outcome<Open>>;
  /** null until it is open. */
  open: Open | null;
  /** Counts who let go: a hold that waits for the way to open may be over by then. */
  releases: number;
}

/** For everything that is asked until a camera can be moved. */
const openDeadlineMs = 10_000;
const askDeadlineMs = 6000;
/** A camera that connects again and again is not asked each time. */
const learnEveryMs = 600_000;
/** A camera that does not answer holds nobody up: it stops by itself. */
const closeDeadlineMs = 2000;

export class Ptz {
  readonly #options: PtzOptions;
  readonly #ended = new AbortController();
  readonly #moved = new Map<CameraId, Moved>();
  readonly #learnedAtMs = new Map<CameraId, number>();
  #learning: Promise<void> = Promise.resolve();

  constructor(options: PtzOptions) {
    this.#options = options;
  }

  /** Begins, changes or renews a hold; see `PtzHold`. Nothing but zeros lets go. */
  async move(cameraId: CameraId, speed: Speed): Promise<Outcome<null>> {
    if (speed.pan === 0 && speed.tilt === 0 && speed.zoom === 0) return this.stop(cameraId);
    const moved = this.#of(cameraId);
    const { releases } = moved;
    const opened = moved.open ? good(moved.open) : await moved.opening;
    if (!opened.ok) return opened;
    return moved.releases === releases ? opened.value.hold.hold(speed) : good(null);
  }

  /** Resolves when the camera was told to stop, with what went wrong since it was held. */
  async stop(cameraId: CameraId): Promise<Outcome<null>> {
    const moved = this.#moved.get(cameraId);
    if (!moved) return good(null);
    moved.releases += 1;
    return (await moved.open?.hold.release()) ?? good(null);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#moved.keys()].map((cameraId) => this.stop(cameraId)));
  }

  presets(cameraId: CameraId): Promise<Outcome<Preset[]>> {
    return this.#ask(cameraId, (head, signal) => head.presets(signal));
  }

  async goTo(cameraId: CameraId, token: string): Promise<Outcome<null>> {
    await this.stop(cameraId);
    return this.#ask(cameraId, (head, signal) => head.goTo(token, signal));
  }

  /** Stores the present view under a name, in the place of a preset or anew (null); the presets afterwards. */
  async store(cameraId: CameraId, token: string | null, name: string): Promise<Outcome<Preset[]>> {
    await this.stop(cameraId);
    const stored = await this.#ask(cameraId, (head, signal) => head.store(token, name, signal));
    return stored.ok ? this.presets(cameraId) : stored;
  }

  /** The presets afterwards. */
  async remove(cameraId: CameraId, token: string): Promise<Outcome<Preset[]>> {
    const removed = await this.#ask(cameraId, (head, signal) => head.remove(token, signal));
    return removed.ok ? this.presets(cameraId) : removed;
  }

  async home(cameraId: CameraId): Promise<Outcome<null>> {
    await this.stop(cameraId);
    return this.#ask(cameraId, (head, signal) => head.home(signal));
  }

  async storeHome(cameraId: CameraId): Promise<Outcome<null>> {
    await this.stop(cameraId);
    return this.#ask(cameraId, (head, signal) => head.storeHome(signal));
  }

  /** The camera has just answered: it is asked what of it can be moved, when its turn comes. */
  learn(cameraId: CameraId): void {
    const before = this.#learnedAtMs.get(cameraId);
    if (before !== undefined && performance.now() - before < learnEveryMs) return;
    this.#learnedAtMs.set(cameraId, performance.now());
    this.#learning = this.#learning
      .then(() => this.#learn(cameraId))
      .catch((error: unknown) => void this.#options.defect(error));
  }

  /** It is signed in to differently, or gone. Its head is stopped by the way that was known. */
  forget(cameraId: CameraId): void {
    this.#drop(cameraId).catch((error: unknown) => void this.#options.defect(error));
  }

  /** Resolves when every head was told to stop, or soon. May be called twice. */
  async close(): Promise<void> {
    const all = [...this.#moved.keys()].map((cameraId) => this.#drop(cameraId));
    this.#ended.abort();
    const enough = new AbortController();
    const deadline = wait(closeDeadlineMs, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([Promise.all(all).catch((error: unknown) => this.#options.defect(error)), deadline]);
    enough.abort();
    await this.#learning;
  }

  async #drop(cameraId: CameraId): Promise<void> {
    this.#learnedAtMs.delete(cameraId);
    const moved = this.#moved.get(cameraId);
    this.#moved.delete(cameraId);
    if (!moved) return;
    moved.releases += 1;
    await moved.open?.hold.close();
  }

  async #learn(cameraId: CameraId): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const opened = await this.#open(cameraId);
    if (opened.ok) return this.#options.learned(cameraId, opened.value.moves);
    const { code } = opened.problem;
    if (code === 'cannotMove') return this.#options.learned(cameraId, null);
    // The next connection asks again; of one that does not allow it, later.
    if (code !== 'moveNotAllowed') this.#learnedAtMs.delete(cameraId);
  }

  async #ask<Value>(
    cameraId: CameraId,
    question: (head: PtzHead, signal: AbortSignal) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    const opened = await this.#of(cameraId).opening;
    if (!opened.ok) return opened;
    return question(opened.value.head, AbortSignal.any([this.#ended.signal, AbortSignal.timeout(askDeadlineMs)]));
  }

  #of(cameraId: CameraId): Moved {
    const before = this.#moved.get(cameraId);
    if (before) return before;
    const opening = this.#open(cameraId).then((head) =>
      head.ok ? good({ head: head.value, hold: new PtzHold(head.value, this.#options.defect) }) : head,
    );
    const moved: Moved = { opening, open: null, releases: 0 };
    this.#moved.set(cameraId, moved);
    void opening.then((opened) => {
      if (opened.ok) moved.open = opened.value;
      // What did not open is opened anew the next time.
      else if (this.#moved.get(cameraId) === moved) this.#moved.delete(cameraId);
    });
    return moved;
  }

  /** `cannotMove` of a camera that has nothing to be moved. */
  async #open(cameraId: CameraId): Promise<Outcome<PtzHead>> {
    if (this.#ended.signal.aborted) return bad({ code: 'gone' });
    const way = await this.#options.wayTo(cameraId);
    if (!way.ok) return way;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(openDeadlineMs)]);
    const camera = await OnvifCamera.open(way.value.place, way.value.credentials, signal);
    if (!camera.ok) return camera;
    if (!camera.value.has('ptz')) return bad({ code: 'cannotMove' });
    const profiles = await camera.value.profiles(signal);
    if (!profiles.ok) return profiles;
    const chosen = chooseProfiles(profiles.value);
    const place = chosen === null ? null : ptzPlace(profiles.value, chosen.main);
    if (place === null) return bad({ code: 'cannotMove' });
    const head = await PtzHead.open(camera.value, place, signal);
    if (!head.ok) return head;
    return head.value === null ? bad({ code: 'cannotMove' }) : good(head.value);
  }
}
