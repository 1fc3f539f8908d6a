/**
 * Keeps each camera's user name and password in the keychain, one entry a camera under its id, and nowhere else. What
 * was read stays in memory while the camera is in use, because a keychain that locks itself must not stop a recording
 * from connecting again. An entry says which host it was given for, and is nothing to another: whoever can write to the
 * vault's folder can put a list of cameras there with addresses of their own. An entry that is damaged counts as a
 * missing one. Nothing here throws or logs.
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

interface Held {
  secret: CameraSecret;
  /** null in entries from before there was one. */
  host: string | null;
}

const noSecret: CameraSecret = { credentials: null, path: null };

export class CredentialStore {
  readonly #keychain: Keychain;
  readonly #held = new Map<CameraId, Held>();

  constructor(keychain: Keychain) {
    this.#keychain = keychain;
  }

  /** What was given for this host; nothing where it was given for another. */
  async read(cameraId: CameraId, host: string): Promise<Outcome<CameraSecret>> {
    let held = this.#held.get(cameraId);
    if (held === undefined) {
      const entry = await this.#keychain.read(cameraId);
      if (!entry.ok) return entry;
      // What is missing is asked for again: the keychain of another desktop may hold it.
      if (entry.value === null) return good(noSecret);
      held = parseEntry(entry.value);
      this.#held.set(cameraId, held);
    }
    return good(held.host === null || held.host === host ? held.secret : noSecret);
  }

  async write(cameraId: CameraId, host: string, secret: CameraSecret): Promise<Outcome<null>> {
    const { credentials, path } = secret;
    const entry = { ...(credentials ?? { user: '', password: '' }), ...(path === null ? {} : { path }), host };
    const written = await this.#keychain.write(cameraId, JSON.stringify(entry));
    if (written.ok) this.#held.set(cameraId, { secret, host });
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

function parseEntry(text: string): Held {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { secret: noSecret, host: null };
  }
  if (typeof value !== 'object' || value === null) return { secret: noSecret, host: null };
  const user = 'user' in value && typeof value.user === 'string' ? value.user : '';
  const password = 'password' in value && typeof value.password === 'string' ? value.password : '';
  const path = 'path' in value && typeof value.path === 'string' ? value.path : null;
  const host = 'host' in value && typeof value.host === 'string' ? value.host : null;
  return { secret: { credentials: user === '' && password === '' ? null : { user, password }, path }, host };
}
