/**
 * Hears what every ONVIF camera sees that has events, keeps it in the vault, and tells whoever watches. One pull point a
 * camera (core/cameras/events.ts), begun when the camera's stream is there or has failed, so that a wrong password is
 * sent once and not twice, and begun anew when the stream is back: the camera may have been rebooted. A camera that is
 * paused, or private, is not listened to: what it sees is nobody's business then. Goes on while the vault is locked; what is heard
 * is sealed without being readable. Nothing here throws: trouble is a state.
 *
 * Times are by this computer's clock: see core/cameras/eventTime.ts.
 */
import type { CameraEvent, EventKind } from '../contract/cameraEvents.ts';
import type { Camera, CameraId, CameraStatus, StreamState } from '../contract/model.ts';
import { bad, type Outcome } from '../contract/problems.ts';
import { EventPull, type EventsState } from '../core/cameras/events.ts';
import { OnvifCamera } from '../core/cameras/onvif.ts';
import type { PtzWay } from '../core/cameras/ptz.ts';
import type { EventStore } from '../core/library/eventStore.ts';
import { EventBook } from './eventBook.ts';

/** Kinds that mean that something moves before the camera. */
export const movingKinds: readonly EventKind[] = ['motion', 'person', 'vehicle', 'animal', 'face', 'package', 'line'];

export interface CameraEventsOptions {
  /** Where a camera is, and how to sign in. */
  wayTo: (cameraId: CameraId) => Promise<Outcome<PtzWay>>;
  store: EventStore;
  on: {
    /** What this camera told changed. */
    changed: (cameraId: CameraId) => void;
    note: (what: string, details: Record<string, string>) => void;
    /** Returns the id that the user sees. */
    defect: (error: unknown) => string;
  };
}

interface Followed {
  book: EventBook;
  /** null until the camera's stream is there, or has failed. */
  pull: EventPull | null;
  stream: StreamState['state'];
  heard: EventsState;
  /** What the log was told last. */
  noted: string;
}

export class CameraEvents {
  readonly #options: CameraEventsOptions;
  readonly #followed = new Map<CameraId, Followed>();
  readonly #listeners = new Set<(event: CameraEvent) => void>();
  /** Of cameras that are not listened to any more. */
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  constructor(options: CameraEventsOptions) {
    this.#options = options;
  }

  /** Whether something moves before the camera now, as far as it tells; or another of these kinds goes on. */
  active(cameraId: CameraId, kinds: readonly EventKind[] = movingKinds): boolean {
    return this.#followed.get(cameraId)?.book.going.some(({ kind }) => kinds.includes(kind)) ?? false;
  }

  /** Whether the camera's events are heard now. `none`: it has none, or is not asked. */
  heard(cameraId: CameraId): EventsState['state'] {
    return this.#followed.get(cameraId)?.heard.state ?? 'none';
  }

  /** Called at once with each event that begins, and again with the same id when it ends. Returns what ends it. */
  watch(listener: (event: CameraEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Listens to a camera, or takes over what changed about it. */
  follow(camera: Camera): void {
    const listens = camera.kind === 'onvif' && !camera.paused && !this.#closed;
    if (!listens) this.forget(camera.id);
    else if (!this.#followed.has(camera.id)) {
      const begun = { pull: null, stream: 'connecting', heard: { state: 'connecting' }, noted: '' } as const;
      this.#followed.set(camera.id, { ...begun, book: new EventBook(camera.id) });
    }
  }

  /** What a camera's stream does, and whether it may be looked at. */
  status({ cameraId, stream, wanted }: CameraStatus): void {
    const followed = this.#followed.get(cameraId);
    if (!followed || this.#closed) return;
    const before = followed.stream;
    followed.stream = stream.state;
    if (!wanted.records && wanted.cause === 'privacy') this.#end(followed);
    else if (stream.state === 'connecting') return;
    else if (!followed.pull) followed.pull = this.#pull(cameraId, followed);
    else if (stream.state === 'live' && before !== 'live' && before !== 'off') followed.pull.tryNow();
  }

  /** An ONVIF camera has just answered: one that had no events may have some now. */
  answered(cameraId: CameraId): void {
    const followed = this.#followed.get(cameraId);
    if (followed?.pull && followed.heard.state === 'none') followed.pull = this.#pull(cameraId, followed);
  }

  /** It is signed in to differently. */
  anew(camera: Camera): void {
    const stream = this.#followed.get(camera.id)?.stream ?? 'connecting';
    this.forget(camera.id);
    this.follow(camera);
    const followed = this.#followed.get(camera.id);
    if (followed && stream === 'live') followed.pull = this.#pull(camera.id, followed);
  }

  /** The network is back, or the computer woke up. */
  tryNow(): void {
    for (const { pull, heard } of this.#followed.values()) {
      const isRefused = heard.state === 'lost' && heard.problem.code === 'passwordRefused';
      if (!isRefused) pull?.tryNow();
    }
  }

  /** Listens to it no more; what goes on ends, as far as anybody knows. */
  forget(cameraId: CameraId): void {
    const followed = this.#followed.get(cameraId);
    this.#followed.delete(cameraId);
    if (followed) this.#end(followed);
  }

  /** Resolves when nothing more is heard of this camera, or of any. */
  async quiet(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const cameraId of [...this.#followed.keys()]) this.forget(cameraId);
    await this.quiet();
  }

  #end(followed: Followed): void {
    const { pull } = followed;
    followed.pull = null;
    followed.heard = { state: 'none' };
    if (!pull) return;
    const closing = pull.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #pull(cameraId: CameraId, followed: Followed): EventPull {
    const { on } = this.#options;
    return new EventPull({
      open: (signal) => this.#open(cameraId, followed, signal),
      on: {
        event: (change, atMs) => {
          const noted = followed.book.take(change, atMs);
          if (noted) this.#tell(noted.event, noted.revision);
        },
        state: (state) => {
          followed.heard = state;
          this.#note(cameraId, followed);
        },
        defect: on.defect,
      },
    });
  }

  /** A camera that is tried again and again is noted once. */
  #note(cameraId: CameraId, followed: Followed): void {
    const { heard } = followed;
    const said = heard.state === 'lost' ? `lost ${heard.problem.code}` : heard.state;
    if (heard.state === 'connecting' || said === followed.noted) return;
    followed.noted = said;
    this.#options.on.note('events', { camera: cameraId, state: said });
  }

  async #open(cameraId: CameraId, { stream }: Followed, signal: AbortSignal): Promise<Outcome<OnvifCamera>> {
    // While the password is refused nobody else tries it: cameras count.
    if (stream === 'refused') return bad({ code: 'passwordRefused' });
    const way = await this.#options.wayTo(cameraId);
    if (!way.ok) return way;
    return OnvifCamera.open(way.value.place, way.value.credentials, signal);
  }

  #tell(event: CameraEvent, revision: number): void {
    const { store, on } = this.#options;
    store.put(event, revision);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        on.defect(error);
      }
    }
    on.changed(event.cameraId);
  }
}
