/**
 * Keeps each camera's user name and password in the keychain, one entry a camera under its id, and nowhere else. What
 * was read stays in memory while the camera is in use, because a keychain that locks itself must not stop a recording
 * from connecting again. An entry that is damaged counts as a missing one. Nothing here throws or logs.
 */
import type { CameraId } from '../../contract/model.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import type { Credentials } from '../wire/digest.ts';

/** The keychain, as app.ts gives it. */
export interface Keychain {
  read(account: string): Promise<Outcome<string | null>>;
  write(account: string, secret: string): Promise<Outcome<null>>;
  remove(account: string): Promise<Outcome<null>>;
}

export interface CameraSecret {
  /** null for a camera that asks for none. */
  credentials: Credentials | null;
  /** A stream path with a password inside it; null for others. */
  path: string | null;
}

const noSecret: CameraSecret = { credentials: null, path: null };

export class CredentialStore {
  readonly #keychain: Keychain;
  readonly #held = new Map<CameraId, CameraSecret>();

  constructor(keychain: Keychain) {
    this.#keychain = keychain;
  }

  async read(cameraId: CameraId): Promise<Outcome<CameraSecret>> {
    const held = this.#held.get(cameraId);
    if (held !== undefined) return good(held);
    const entry = await this.#keychain.read(cameraId);
    if (!entry.ok) return entry;
    const secret = entry.value === null ? noSecret : parseSecret(entry.value);
    // What is missing is asked for again: the keychain of another desktop may hold it.
    if (entry.value !== null) this.#held.set(cameraId, secret);
    return good(secret);
  }

  async write(cameraId: CameraId, secret: CameraSecret): Promise<Outcome<null>> {
    const { credentials, path } = secret;
    const entry = { ...(credentials ?? { user: '', password: '' }), ...(path === null ? {} : { path }) };
    const written = await this.#keychain.write(cameraId, JSON.stringify(entry));
    if (written.ok) this.#held.set(cameraId, secret);
    return written;
  }

  async remove(cameraId: CameraId): Promise<Outcome<null>> {
    this.#held.delete(cameraId);
    return this.#keychain.remove(cameraId);
  }

  /** Drops what is held in memory: all of it, or one camera's. */
  forget(cameraId?: CameraId): void {
    if (cameraId === undefined) this.#held.clear();
    else this.#held.delete(cameraId);
  }
}

function parseSecret(text: string): CameraSecret {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return noSecret;
  }
  if (typeof value !== 'object' || value === null) return noSecret;
  const user = 'user' in value && typeof value.user === 'string' ? value.user : '';
  const password = 'password' in value && typeof value.password === 'string' ? value.password : '';
  const path = 'path' in value && typeof value.path === 'string' ? value.path : null;
  return { credentials: user === '' && password === '' ? null : { user, password }, path };
}
