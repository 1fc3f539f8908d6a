/**
 * The system's keychain, and the one home of keytar. Every call answers within its deadline: with a locked keyring and
 * a display the system asks the user and would otherwise hold us for ever. `keychainLocked` when it is there and gives
 * nothing away, `keychainMissing` when there is none (no message bus, no secret service, no libsecret).
 *
 * One call at a time: each takes a thread of the pool that reads and writes recordings too, so a keychain that hangs
 * costs one of them and no more. A write that missed its deadline may still happen when the user unlocks.
 */
import type * as KeytarModule from 'keytar';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, ProblemOf } from '../../contract/problems.ts';

type Keytar = Pick<typeof KeytarModule, 'getPassword' | 'setPassword' | 'deletePassword'>;
type KeychainProblem = ProblemOf<'keychainLocked' | 'keychainMissing'>;

/**
 * What says that the service is there but closed. From gnome-keyring: "Cannot create an item in a locked collection",
 * "Object does not exist at path …/collection/login" (no collection yet, and no way to ask for one); from libsecret:
 * "… was dismissed", "Timeout was reached". Whatever else fails on Linux is the service missing: its sentences come
 * from GLib, in the user's language.
 */
const lockedSentence = /\block(ed)?\b|dismissed|timeout|timed out|\/collection\//i;

/** Written and removed to find out whether "nothing there" means "locked". */
const probeAccount = 'is-it-open';

export class Keychain {
  readonly #service: string;
  readonly #deadlineMs: number;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(service = 'Nightjar', deadlineMs = 5000) {
    this.#service = service;
    this.#deadlineMs = deadlineMs;
  }

  /** The secret of an account; null when the open keychain holds none. */
  read(account: string): Promise<Outcome<string | null>> {
    return this.#call(async (keytar) => {
      const secret = await keytar.getPassword(this.#service, account);
      // A locked gnome-keyring that cannot ask (no display) answers as if it held nothing (measured).
      if (secret === null) await this.#findOutWhetherOpen(keytar);
      return secret;
    });
  }

  /** Writes or replaces it. Not empty: no keychain stores that. */
  write(account: string, secret: string): Promise<Outcome<null>> {
    return this.#call(async (keytar) => {
      await keytar.setPassword(this.#service, account, secret);
      return null;
    });
  }

  /** Good also when there was nothing to remove. */
  remove(account: string): Promise<Outcome<null>> {
    return this.#call(async (keytar) => {
      if (!(await keytar.deletePassword(this.#service, account))) await this.#findOutWhetherOpen(keytar);
      return null;
    });
  }

  /** Throws when the keychain is locked: it refuses to store, where it did not refuse to find nothing. Linux only. */
  async #findOutWhetherOpen(keytar: Keytar): Promise<void> {
    if (process.platform !== 'linux') return;
    await keytar.setPassword(this.#service, probeAccount, probeAccount);
    await keytar.deletePassword(this.#service, probeAccount);
  }

  async #call<Value>(ask: (keytar: Keytar) => Promise<Value>): Promise<Outcome<Value>> {
    const late = new AbortController();
    const turn = this.#queue.then(async (): Promise<Outcome<Value>> => {
      // It waited for one that hangs, and its caller has long had the answer.
      if (late.signal.aborted) return bad({ code: 'keychainLocked' });
      const keytar = await loadKeytar();
      if (!keytar) return bad({ code: 'keychainMissing' });
      try {
        return good(await ask(keytar));
      } catch (error) {
        return bad(problemOf(error));
      }
    });
    this.#queue = turn;
    const { promise: deadline, resolve } = Promise.withResolvers<Outcome<Value>>();
    const timer = setTimeout(() => {
      late.abort();
      resolve(bad({ code: 'keychainLocked' }));
    }, this.#deadlineMs);
    try {
      return await Promise.race([turn, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Only when first needed: without libsecret the module does not even load. null then. */
async function loadKeytar(): Promise<Keytar | null> {
  try {
    const { default: keytar } = await import('keytar');
    return keytar;
  } catch {
    return null;
  }
}

function problemOf(error: unknown): KeychainProblem {
  const sentence = error instanceof Error ? error.message : '';
  const locked = process.platform !== 'linux' || lockedSentence.test(sentence);
  return { code: locked ? 'keychainLocked' : 'keychainMissing' };
}
