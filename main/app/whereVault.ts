/**
 * Remembers which folder holds the vault, in one small file of the app's own folder. It holds that path and nothing
 * else, in the clear: without it a lost keychain would look like a first run. A file that cannot be read counts as
 * none.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface WhereVault {
  read(): Promise<string | null>;
  write(folder: string): Promise<void>;
  forget(): Promise<void>;
}

export function whereVault(appFolder: string): WhereVault {
  const file = path.join(appFolder, 'where.json');
  return {
    async read() {
      try {
        const value: unknown = JSON.parse(await readFile(file, 'utf8'));
        const folder = typeof value === 'object' && value && 'folder' in value ? value.folder : null;
        return typeof folder === 'string' && path.isAbsolute(folder) ? folder : null;
      } catch {
        return null;
      }
    },
    async write(folder) {
      await mkdir(appFolder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, JSON.stringify({ folder }), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    async forget() {
      await rm(file, { force: true });
    },
  };
}
