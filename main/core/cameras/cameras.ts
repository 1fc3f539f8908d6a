/**
 * The list of cameras: tries them, adds, changes and removes them, and says where their streams are. The list is in
 * the vault's sealed store, user names and passwords in the keychain; both are given by app.ts. A try keeps nothing
 * but its own secrets, in memory, until it is added, replaced or 10 minutes old. An addition that fails half way is
 * taken back whole. Expected trouble is an outcome. Recording, viewing and discovery are others' work.
 */
import { randomBytes } from 'node:crypto';
import type { Camera, CameraId, CameraKeepDays, Moves, StreamRole, TryReport } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { RecordingPlan } from '../../contract/recordingPlan.ts';
import { readAddress, shownPath } from './address.ts';
import type { CameraDocument, ProtectedSpan, StoredCamera } from './cameraDocument.ts';
import { asCamera, isSameDevice, isSamePlace, report, storedCamera, type CameraChoice } from './cameraRecord.ts';
import { CredentialStore, type CameraSecret, type Keychain } from './credentialStore.ts';
import type { Credentials } from '../wire/digest.ts';
import type { OnvifPlace } from './onvif.ts';
import type { PtzWay } from './ptz.ts';
import { reachOnvif, reachRtsp, type Reached } from './reach.ts';
import { StreamAddresses, type FoundStream, type StreamSource } from './streamAddresses.ts';

/** The sealed store, as app.ts gives it. */
export interface CameraStore {
  readonly value: CameraDocument;
  update(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>>;
  /** As `update`, and nothing of the value before stays behind. */
  erase(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>>;
}

export interface CamerasOptions {
  store: CameraStore;
  keychain: Keychain;
  /** Where a camera is that discovery found, by its key. */
  found: (key: string) => OnvifPlace | null;
  /** A JPEG of the stream's first picture; null when none came in time. */
  firstPicture: (source: StreamSource, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | null>;
  /** The list changed by itself: a camera has other streams than before, or moves. */
  changed?: (cameras: Camera[]) => void;
  /** An ONVIF camera has just told where its streams are. */
  answered?: (cameraId: CameraId) => void;
}

export type TryTarget = { by: 'found'; key: string } | { by: 'address'; text: string };

interface Trial {
  tryId: string;
  reached: Reached;
  secret: CameraSecret;
  allowsClearPassword: boolean;
  forget: NodeJS.Timeout;
}

const trialLifeMs = 600_000;
/** For all questions of a try; a wrong password is told long before. */
const tryTimeoutMs = 25_000;
const firstPictureTimeoutMs = 8000;

export class Cameras {
  readonly #options: CamerasOptions;
  readonly #credentials: CredentialStore;
  readonly #addresses: StreamAddresses;
  readonly #ended = new AbortController();
  #trial: Trial | null = null;
  #adding = false;
  #running: AbortController | null = null;

  constructor(options: CamerasOptions) {
    this.#options = options;
    this.#credentials = new CredentialStore(options.keychain);
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
  async tryCamera(
    question: { target: TryTarget; user: string; password: string; allowsClearPassword?: boolean },
    signal: AbortSignal,
  ): Promise<Outcome<TryReport>> {
    this.stopTry();
    const running = new AbortController();
    this.#running = running;
    const cancel = AbortSignal.any([signal, running.signal, this.#ended.signal]);
    const limited = AbortSignal.any([cancel, AbortSignal.timeout(tryTimeoutMs)]);
    const { user, password, allowsClearPassword = false } = question;
    const typed = { user, password };
    const answer = await this.#reach(question.target, typed, allowsClearPassword, limited);
    if (isEnded(cancel)) return bad({ code: 'cancelled' });
    if (!answer.ok) return answer;
    const { reached, credentials } = answer.value;
    const known = this.#sameCamera(reached);
    if (known !== null) return bad({ code: 'alreadyAdded', name: known.name });
    const firstPicture = await this.#firstPicture(reached, credentials, allowsClearPassword, cancel);
    if (isEnded(cancel)) return bad({ code: 'cancelled' });

    const hidden = reached.kind === 'rtsp' && shownPath(reached.path) !== reached.path;
    const tryId = randomBytes(8).toString('hex');
    const forget = setTimeout(() => this.#dropTrial(tryId), trialLifeMs);
    forget.unref();
    const secret = { credentials, path: hidden ? reached.path : null };
    this.#trial = { tryId, reached, secret, allowsClearPassword, forget };
    return good(report(tryId, reached, firstPicture));
  }

  /** Ends the running try and forgets what the last one found out. */
  stopTry(): void {
    this.#running?.abort();
    this.#running = null;
    this.#dropTrial(null);
  }

  /** Keeps what the try found: first the credentials in the keychain, then the list. */
  async add(choice: CameraChoice & { tryId: string }): Promise<Outcome<Camera>> {
    const trial = this.#trial;
    if (trial?.tryId !== choice.tryId || this.#adding) return bad({ code: 'gone' });
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
    this.#dropTrial(trial.tryId);
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

  async #reach(
    target: TryTarget,
    typed: Credentials,
    allowsClearPassword: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<{ reached: Reached; credentials: Credentials | null }>> {
    if (target.by === 'found') {
      const place = this.#options.found(target.key);
      if (place === null) return bad({ code: 'gone' });
      const credentials = isGiven(typed) ? typed : null;
      const way = { credentials, allowsClearPassword };
      return withCredentials(await reachOnvif(place, false, way, signal), credentials);
    }
    const parts = readAddress(target.text);
    if (!parts.ok) return parts;
    const { scheme, host, port, path, user, password } = parts.value;
    // What was typed into the fields goes before what the pasted address holds.
    const both = isGiven(typed) ? typed : { user, password };
    const credentials = isGiven(both) ? both : null;
    const way = { credentials, allowsClearPassword };
    if (scheme === 'rtsp' || scheme === 'rtsps') {
      return withCredentials(await reachRtsp({ scheme, host, port, path }, way, signal), credentials);
    }
    const mayBeElsewhere = scheme === 'http' && port === 80;
    return withCredentials(await reachOnvif({ scheme, host, port, path }, mayBeElsewhere, way, signal), credentials);
  }

  async #firstPicture(
    reached: Reached,
    credentials: Credentials | null,
    allowsClearPassword: boolean,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const main = reached.streams[0];
    if (main === undefined) return null;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(firstPictureTimeoutMs)]);
    const { video, audio } = main.info;
    const source = { url: main.url, credentials, allowsClearPassword, video, audio };
    const picture = await this.#options.firstPicture(source, limited);
    if (picture !== null || signal.aborted) return picture;
    return reached.snapshot(signal);
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

  #dropTrial(tryId: string | null): void {
    if (this.#trial === null || (tryId !== null && this.#trial.tryId !== tryId)) return;
    clearTimeout(this.#trial.forget);
    this.#trial = null;
  }
}

/** Asked anew after each wait, which the compiler cannot know. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

function isGiven(credentials: Credentials): boolean {
  return credentials.user !== '' || credentials.password !== '';
}

function withCredentials(
  reached: Outcome<Reached>,
  credentials: Credentials | null,
): Outcome<{ reached: Reached; credentials: Credentials | null }> {
  return reached.ok ? good({ reached: reached.value, credentials }) : reached;
}

/** Whether the camera takes these credentials. */
async function reachStored(
  camera: StoredCamera,
  secretPath: string | null,
  credentials: Credentials | null,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  const { scheme, host, port, allowsClearPassword } = camera;
  const way = { credentials, allowsClearPassword };
  if (scheme === 'rtsp' || scheme === 'rtsps') {
    return reachRtsp({ scheme, host, port, path: secretPath ?? camera.servicePath }, way, signal);
  }
  return reachOnvif({ scheme, host, port, path: camera.servicePath }, false, way, signal);
}
