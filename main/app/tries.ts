/**
 * Counts wrong passphrases, and says from when on the next one is looked at: the first two cost only scrypt's time, then
 * 5, 15, 30, 60 and at last 300 s each. Kept in the app's own folder, so that starting anew is no way round it; whoever
 * can change that file can copy what is sealed, too, and try elsewhere. A clock that was set back makes nobody wait
 * longer than one such time, and a file that cannot be read or written only forgets.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

const freeTries = 2;
const waitsMs = [5_000, 15_000, 30_000, 60_000, 300_000];
const longestFileBytes = 100_000;
const mostVaults = 100;

interface Wrong {
  times: number;
  lastMs: number;
}

export class Tries {
  readonly #file: string;
  readonly #now: () => number;
  #known: Map<string, Wrong> | null = null;

  constructor(appFolder: string, now: () => number = Date.now) {
    this.#file = path.join(appFolder, 'tries.json');
    this.#now = now;
  }

  /** When the next passphrase is looked at; null: now. */
  async nextMs(vaultId: string): Promise<number | null> {
    const wrong = (await this.#read()).get(vaultId);
    if (!wrong || wrong.times <= freeTries) return null;
    const nowMs = this.#now();
    // Told by a clock that is ahead of today's: from now on then, once.
    if (wrong.lastMs > nowMs) wrong.lastMs = nowMs;
    const waitMs = waitsMs[Math.min(wrong.times - freeTries, waitsMs.length) - 1] ?? 0;
    const nextMs = wrong.lastMs + waitMs;
    return nextMs > nowMs ? nextMs : null;
  }

  async wrong(vaultId: string): Promise<void> {
    const known = await this.#read();
    known.set(vaultId, { times: (known.get(vaultId)?.times ?? 0) + 1, lastMs: this.#now() });
    await this.#write();
  }

  async right(vaultId: string): Promise<void> {
    if ((await this.#read()).delete(vaultId)) await this.#write();
  }

  async #read(): Promise<Map<string, Wrong>> {
    this.#known ??= readWrong(await readFile(this.#file, 'utf8').catch(() => ''));
    return this.#known;
  }

  async #write(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries(this.#known ?? []));
    try {
      await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeFile(`${this.#file}.new`, text, { mode: 0o600 });
      await rename(`${this.#file}.new`, this.#file);
    } catch {
      // A full disk is no reason not to unlock; until the next start it is counted in memory.
    }
  }
}

function readWrong(text: string): Map<string, Wrong> {
  const found = new Map<string, Wrong>();
  let json: unknown;
  try {
    json = text.length > longestFileBytes ? null : JSON.parse(text);
  } catch {
    return found;
  }
  for (const [vaultId, wrong] of Object.entries(typeof json === 'object' && json !== null ? json : {})) {
    if (found.size >= mostVaults) break;
    const { times, lastMs } = isWrong(wrong) ? wrong : { times: 0, lastMs: 0 };
    if (/^[0-9a-f]{16}$/.test(vaultId) && times > 0) found.set(vaultId, { times, lastMs });
  }
  return found;
}

function isWrong(value: unknown): value is Wrong {
  if (typeof value !== 'object' || value === null || !('times' in value) || !('lastMs' in value)) return false;
  return Number.isSafeInteger(value.times) && Number.isSafeInteger(value.lastMs);
}
