/**
 * Trying one camera before it is on the list: asks it everything, has its first picture taken, and tells what it is. Keeps
 * what one try found out, its secrets among it, in memory, until it is taken, replaced by the next try or 10 minutes old.
 * Expected trouble is an outcome. Nothing is stored here.
 */
import { randomBytes } from 'node:crypto';
import type { TryReport } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Credentials } from '../wire/digest.ts';
import { readAddress, shownPath } from './address.ts';
import { report } from './cameraRecord.ts';
import type { CameraSecret } from './credentialStore.ts';
import type { OnvifPlace } from './onvif.ts';
import { reachOnvif, reachRtsp, type Reached } from './reach.ts';
import type { StreamSource } from './streamAddresses.ts';

export type TryTarget = { by: 'found'; key: string } | { by: 'address'; text: string };

export interface TryQuestion {
  target: TryTarget;
  user: string;
  password: string;
  allowsClearPassword?: boolean;
}

export interface CameraTryOptions {
  /** Where a camera is that discovery found, by its key. */
  found: (key: string) => OnvifPlace | null;
  /** A JPEG of the stream's first picture; null when none came in time. */
  firstPicture: (source: StreamSource, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer> | null>;
  /** The camera on the list that it is; null when it is none of them. */
  known: (reached: Reached) => { name: string } | null;
}

/** What a try has found out, for who keeps it. */
export interface Trial {
  tryId: string;
  reached: Reached;
  secret: CameraSecret;
  allowsClearPassword: boolean;
}

const trialLifeMs = 600_000;
/** For all questions of a try; a wrong password is told long before. */
export const tryTimeoutMs = 25_000;
const firstPictureTimeoutMs = 8000;

export class CameraTry {
  readonly #options: CameraTryOptions;
  #trial: (Trial & { forget: NodeJS.Timeout }) | null = null;
  #running: AbortController | null = null;

  constructor(options: CameraTryOptions) {
    this.#options = options;
  }

  /** Asks one camera everything. Ends an earlier try. Problems: those of the way to it; `alreadyAdded`, `cancelled`. */
  async ask(question: TryQuestion, signal: AbortSignal): Promise<Outcome<TryReport>> {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    const cancel = AbortSignal.any([signal, running.signal]);
    const limited = AbortSignal.any([cancel, AbortSignal.timeout(tryTimeoutMs)]);
    const { user, password, allowsClearPassword = false } = question;
    const typed = { user, password };
    const answer = await this.#reach(question.target, typed, allowsClearPassword, limited);
    if (isEnded(cancel)) return bad({ code: 'cancelled' });
    if (!answer.ok) return answer;
    const { reached, credentials } = answer.value;
    const known = this.#options.known(reached);
    if (known !== null) return bad({ code: 'alreadyAdded', name: known.name });
    const firstPicture = await this.#firstPicture(reached, credentials, allowsClearPassword, cancel);
    if (isEnded(cancel)) return bad({ code: 'cancelled' });

    const hidden = reached.kind === 'rtsp' && shownPath(reached.path) !== reached.path;
    const tryId = randomBytes(8).toString('hex');
    const forget = setTimeout(() => this.#drop(tryId), trialLifeMs);
    forget.unref();
    const secret = { credentials, path: hidden ? reached.path : null };
    this.#trial = { tryId, reached, secret, allowsClearPassword, forget };
    return good(report(tryId, reached, firstPicture));
  }

  /** What that try found out; null when it was replaced or forgotten. */
  result(tryId: string): Trial | null {
    return this.#trial?.tryId === tryId ? this.#trial : null;
  }

  /** Forgets what that try found out, and no other. */
  forget(tryId: string): void {
    this.#drop(tryId);
  }

  /** Ends the running try and forgets what the last one found out. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#drop(null);
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

  #drop(tryId: string | null): void {
    if (this.#trial === null || (tryId !== null && this.#trial.tryId !== tryId)) return;
    clearTimeout(this.#trial.forget);
    this.#trial = null;
  }
}

/** Asked anew after each wait, which the compiler cannot know. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Whether anything was typed. */
export function isGiven(credentials: Credentials): boolean {
  return credentials.user !== '' || credentials.password !== '';
}

function withCredentials(
  reached: Outcome<Reached>,
  credentials: Credentials | null,
): Outcome<{ reached: Reached; credentials: Credentials | null }> {
  return reached.ok ? good({ reached: reached.value, credentials }) : reached;
}
