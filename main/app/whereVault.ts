/**
 * Remembers which folder holds the vault, in one small file of the app's own folder. It holds that path and nothing
 * else, in the clear: without it a lost keychain would look like a first run. A file that cannot be read counts as
 * none; one that cannot be written is a problem.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { problemOf } from '../core/vault/vaultError.ts';

export interface WhereVault {
  read(): Promise<string | null>;
  /** Problems: those of the disk. What is remembered already is not written again. */
  write(folder: string): Promise<Outcome<null>>;
  forget(): Promise<void>;
}

export function whereVault(appFolder: string): WhereVault {
  const file = path.join(appFolder, 'where.json');
  async function read(): Promise<string | null> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      const folder = typeof value === 'object' && value && 'folder' in value ? value.folder : null;
      return typeof folder === 'string' && path.isAbsolute(folder) ? folder : null;
    } catch {
      return null;
    }
  }
  return {
    read,
    async write(folder) {
      try {
        if ((await read()) === folder) return good(null);
        await mkdir(appFolder, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.new`, JSON.stringify({ folder }), { mode: 0o600 });
        await rename(`${file}.new`, file);
        return good(null);
      } catch (error) {
        const problem = await problemOf(error, file);
        if (!problem) throw error;
        return bad(problem);
      }
    },
    async forget() {
      await rm(file, { force: true });
    },
  };
}
