/**
 * The list of cameras: adds what was tried (cameraTry.ts), changes and removes cameras, and says where their streams are.
 * The list is in the vault's sealed store, user names and passwords in the keychain; both are given by app.ts. An addition
 * that fails half way is taken back whole. Expected trouble is an outcome. Recording, viewing and discovery are others'
 * work.
 */
import type { Camera, CameraId, CameraKeepDays, Moves, StreamRole, TryReport } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { RecordingPlan } from '../../contract/recordingPlan.ts';
import type { CameraDocument, ProtectedSpan, StoredCamera } from './cameraDocument.ts';
import { asCamera, isSameDevice, isSamePlace, storedCamera, type CameraChoice } from './cameraRecord.ts';
import { CameraTry, type CameraTryOptions, isGiven, type Trial, type TryQuestion, tryTimeoutMs } from './cameraTry.ts';
import { CredentialStore, type Keychain } from './credentialStore.ts';
import type { Credentials } from '../wire/digest.ts';
import type { PtzWay } from './ptz.ts';
import { reachStored, type Reached } from './reach.ts';
import { StreamAddresses, type FoundStream, type StreamSource } from './streamAddresses.ts';

/** The sealed store, as app.ts gives it. */
export interface CameraStore {
  readonly value: CameraDocument;
  update(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>>;
  /** As `update`, and nothing of the value before stays behind. */
  erase(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>>;
}

export interface CamerasOptions extends Pick<CameraTryOptions, 'found' | 'firstPicture'> {
  store: CameraStore;
  keychain: Keychain;
  /** The list changed by itself: a camera has other streams than before, or moves. */
  changed?: (cameras: Camera[]) => void;
  /** An ONVIF camera has just told where its streams are. */
  answered?: (cameraId: CameraId) => void;
}

export class Cameras {
  readonly #options: CamerasOptions;
  readonly #credentials: CredentialStore;
  readonly #addresses: StreamAddresses;
  readonly #tries: CameraTry;
  readonly #ended = new AbortController();
  #adding = false;

  constructor(options: CamerasOptions) {
    this.#options = options;
    this.#credentials = new CredentialStore(options.keychain);
    const { found, firstPicture } = options;
    this.#tries = new CameraTry({ found, firstPicture, known: (reached) => this.#sameCamera(reached) });
    this.#addresses = new StreamAddresses(
      (cameraId, streams) => this.#keepStreams(cameraId, streams),
      this.#ended.signal,
    );
  }

  list(): Camera[] {
    return this.#options.store.value.cameras.map(asCamera);
  }

  /** Cameras that were removed and whose recordings were kept. */
  removed(): { id: CameraId; name: string }[] {
    return [...this.#options.store.value.removed];
  }

  /** Forgets the name of a removed camera, when its last recording is gone. */
  forgetRemoved(cameraId: CameraId): Promise<Outcome<null>> {
    return this.#options.store.erase((value) => ({
      ...value,
      removed: value.removed.filter((one) => one.id !== cameraId),
    }));
  }

  /** What is protected, by time alone: kept beside the list for who keeps the clips. */
  get protectedSpans(): {
    spans: () => readonly ProtectedSpan[];
    keep: (spans: ProtectedSpan[]) => Promise<Outcome<null>>;
    erase: (spans: ProtectedSpan[]) => Promise<Outcome<null>>;
  } {
    const { store } = this.#options;
    return {
      spans: () => store.value.protectedSpans,
      keep: (protectedSpans) => store.update((value) => ({ ...value, protectedSpans })),
      erase: (protectedSpans) => store.erase((value) => ({ ...value, protectedSpans })),
    };
  }

  /** How many removed cameras the keychain still has an entry of. */
  get entriesToGo(): number {
    return this.#options.store.value.entriesToGo.length;
  }

  /** Asks the keychain again to let go of the entries of removed cameras. Called at every start. */
  async removeLeftEntries(): Promise<Outcome<null>> {
    const { store } = this.#options;
    const gone: CameraId[] = [];
    let failed: Outcome<null> = good(null);
    for (const cameraId of store.value.entriesToGo) {
      const removed = await this.#credentials.remove(cameraId);
      if (removed.ok) gone.push(cameraId);
      else failed = removed;
      // One that does not answer would take its whole deadline for each.
      if (!removed.ok) break;
    }
    if (gone.length === 0) return failed;
    const erased = await store.erase((value) => ({
      ...value,
      entriesToGo: value.entriesToGo.filter((one) => !gone.includes(one)),
    }));
    return erased.ok ? failed : erased;
  }

  /** The ONVIF camera on the list at that place. */
  idAt(host: string, port: number): CameraId | null {
    const at = (one: StoredCamera) => one.kind === 'onvif' && one.host === host && one.port === port;
    return this.#options.store.value.cameras.find(at)?.id ?? null;
  }

  /** Camera's clock minus this computer's, as last measured; null where unknown. */
  clockOffsetMs(cameraId: CameraId): number | null {
    return this.#addresses.clockOffsetMs(cameraId);
  }

  /** Asks one camera everything. Ends an earlier try. */
  async tryCamera(question: TryQuestion, signal: AbortSignal): Promise<Outcome<TryReport>> {
    return await this.#tries.ask(question, AbortSignal.any([signal, this.#ended.signal]));
  }

  /** Ends the running try and forgets what the last one found out. */
  stopTry(): void {
    this.#tries.stop();
  }

  /** Keeps what the try found: first the credentials in the keychain, then the list. */
  async add(choice: CameraChoice & { tryId: string }): Promise<Outcome<Camera>> {
    const trial = this.#tries.result(choice.tryId);
    if (trial === null || this.#adding) return bad({ code: 'gone' });
    this.#adding = true;
    try {
      return await this.#add(trial, choice);
    } finally {
      this.#adding = false;
    }
  }

  async #add(trial: Trial, choice: CameraChoice): Promise<Outcome<Camera>> {
    const known = this.#sameCamera(trial.reached);
    if (known !== null) return bad({ code: 'alreadyAdded', name: known.name });
    const camera = storedCamera(trial.reached, choice, trial.allowsClearPassword);
    const hasSecret = trial.secret.credentials !== null || trial.secret.path !== null;
    if (hasSecret) {
      const written = await this.#credentials.write(camera.id, camera.host, trial.secret);
      if (!written.ok) return written;
    }
    const stored = await this.#options.store.update((value) => ({ ...value, cameras: [...value.cameras, camera] }));
    if (!stored.ok) {
      if (hasSecret) await this.#credentials.remove(camera.id);
      return stored;
    }
    this.#tries.forget(trial.tryId);
    this.#addresses.remember(camera.id, trial.reached);
    return good(asCamera(camera));
  }

  edit(change: {
    cameraId: CameraId;
    name: string;
    recordsSound: boolean;
    keepDays: CameraKeepDays;
    /** Left out: as it is. */
    plan?: RecordingPlan;
  }): Promise<Outcome<Camera>> {
    const { cameraId, ...changed } = change;
    return this.#change(cameraId, changed);
  }

  setPaused(cameraId: CameraId, paused: boolean): Promise<Outcome<Camera>> {
    return this.#change(cameraId, { paused });
  }

  /**
   * Tries new credentials and keeps them when the camera takes them, and how they may be sent. A permission that is not
   * given again is taken back first, whatever comes of the try.
   */
  async signIn(
    cameraId: CameraId,
    credentials: Credentials,
    signal: AbortSignal,
    allowsClearPassword = false,
  ): Promise<Outcome<null>> {
    const camera = this.#find(cameraId);
    if (camera === null) return bad({ code: 'gone' });
    if (camera.allowsClearPassword && !allowsClearPassword) {
      const taken = await this.#change(cameraId, { allowsClearPassword });
      if (!taken.ok) return taken;
      this.#addresses.forget(cameraId);
    }
    const secret = await this.#credentials.read(cameraId, camera.host);
    const path = secret.ok ? secret.value.path : null;
    const given = isGiven(credentials) ? credentials : null;
    const limited = AbortSignal.any([signal, this.#ended.signal, AbortSignal.timeout(tryTimeoutMs)]);
    const reached = await reachStored({ ...camera, allowsClearPassword }, path, given, limited);
    if (!reached.ok) return reached;
    const written = await this.#credentials.write(cameraId, camera.host, { credentials: given, path });
    if (!written.ok) return written;
    this.#addresses.forget(cameraId);
    if (camera.allowsClearPassword || !allowsClearPassword) return written;
    const changed = await this.#change(cameraId, { allowsClearPassword });
    return changed.ok ? good(null) : changed;
  }

  /**
   * Takes it off the list, and its credentials out of the keychain; where that does not let go of them, they are among
   * `entriesToGo`. `keepName`: its recordings are kept. Nothing else of it stays in the document.
   */
  async remove(cameraId: CameraId, keepName: boolean): Promise<Outcome<null>> {
    const camera = this.#find(cameraId);
    if (camera === null) return bad({ code: 'gone' });
    // What is to go is on the disk before it goes: a crash in between leaves no entry that nobody knows of.
    const stored = await this.#options.store.update((value) => ({
      ...value,
      cameras: value.cameras.filter((one) => one.id !== cameraId),
      removed: keepName ? [...value.removed, { id: cameraId, name: camera.name }] : value.removed,
      entriesToGo: [...value.entriesToGo, cameraId],
    }));
    if (!stored.ok) return stored;
    this.#addresses.forget(cameraId);
    const removed = await this.#credentials.remove(cameraId);
    return await this.#options.store.erase((value) => ({
      ...value,
      entriesToGo: removed.ok ? value.entriesToGo.filter((one) => one !== cameraId) : value.entriesToGo,
    }));
  }

  /**
   * What a feed asks at every connect: where the camera's stream is, and how to sign in. `afterFailure`: a connection to
   * where it was failed or ended.
   */
  sourceOf(
    cameraId: CameraId,
    role: StreamRole,
  ): (signal: AbortSignal, afterFailure?: boolean) => Promise<Outcome<StreamSource>> {
    return async (signal, afterFailure = true) => {
      const camera = this.#find(cameraId);
      if (camera === null) return bad({ code: 'gone' });
      const secret = await this.#credentials.read(cameraId, camera.host);
      if (!secret.ok) return secret;
      const limited = AbortSignal.any([signal, this.#ended.signal]);
      return this.#addresses.source(camera, role, secret.value, limited, afterFailure);
    };
  }

  /** Where an ONVIF camera is, and how to sign in; `cannotMove` of another. */
  async wayTo(cameraId: CameraId): Promise<Outcome<PtzWay>> {
    const camera = this.#find(cameraId);
    if (camera === null) return bad({ code: 'gone' });
    const { scheme, host, port } = camera;
    if (scheme === 'rtsp' || scheme === 'rtsps') return bad({ code: 'cannotMove' });
    const secret = await this.#credentials.read(cameraId, host);
    if (!secret.ok) return secret;
    return good({ place: { scheme, host, port, path: camera.servicePath }, credentials: secret.value.credentials });
  }

  /** Keeps what of the camera can be moved. What was known stays when the store cannot be written. */
  async keepMoves(cameraId: CameraId, moves: Moves | null): Promise<void> {
    const before = this.#find(cameraId);
    if (before === null || JSON.stringify(before.moves) === JSON.stringify(moves)) return;
    const changed = await this.#change(cameraId, { moves });
    if (changed.ok) this.#options.changed?.(this.list());
  }

  /** Drops every secret from memory; the next connect asks the keychain again. */
  forgetSecrets(): void {
    this.stopTry();
    this.#credentials.forget();
  }

  /** Ends whatever is asked of a camera. May be called twice. */
  close(): void {
    this.#ended.abort();
    this.forgetSecrets();
  }

  #sameCamera(reached: Reached): StoredCamera | null {
    const same = (one: StoredCamera) => isSamePlace(one, reached) || isSameDevice(one, reached);
    return this.#options.store.value.cameras.find(same) ?? null;
  }

  #find(cameraId: CameraId): StoredCamera | null {
    return this.#options.store.value.cameras.find((one) => one.id === cameraId) ?? null;
  }

  async #change(cameraId: CameraId, change: Partial<StoredCamera>): Promise<Outcome<Camera>> {
    if (this.#find(cameraId) === null) return bad({ code: 'gone' });
    const stored = await this.#options.store.update((value) => ({
      ...value,
      cameras: value.cameras.map((one) => (one.id === cameraId ? { ...one, ...change } : one)),
    }));
    const camera = this.#find(cameraId);
    if (!stored.ok) return stored;
    return camera === null ? bad({ code: 'gone' }) : good(asCamera(camera));
  }

  /** Keeps the camera's streams as it tells of them now. The old ones stay when the store cannot be written. */
  async #keepStreams(cameraId: CameraId, streams: FoundStream[]): Promise<void> {
    const before = this.#find(cameraId);
    if (before === null) return;
    this.#options.answered?.(cameraId);
    const change = {
      streams: streams.map((stream) => stream.info),
      knownStreams: streams.map((stream) => stream.known),
    };
    if (JSON.stringify([before.streams, before.knownStreams]) === JSON.stringify(Object.values(change))) return;
    const changed = await this.#change(cameraId, change);
    if (changed.ok) this.#options.changed?.(this.list());
  }
}
