/**
 * The vault's folder: makes one, tells what lies in one, and opens it with the identity or with the recovery words.
 * vault.json says only the format's version, the vault's random id and the recipients. Making a vault either succeeds
 * whole or leaves the folder as it was. What a vault's files mean is left to those who write them.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { folderMode, makeFolder, removeTemporaries, syncFolder, temporaryPath, writeDurably } from './durable.ts';
import type { Identity } from './keys.ts';
import { readKeyList } from './keyList.ts';
import type { SigningKey } from './signingKey.ts';
import { areWords, makeIdentity, openIdentity, sealIdentity } from './keys.ts';
import { recipientForm } from './recipients.ts';
import { openFile, sealToFile } from './sealedFile.ts';
import { passphraseFileName, sealIdentityWith } from './passphrase.ts';
import { isDiskTrouble, problemOf, systemCode } from './vaultError.ts';

export const vaultVersion = 1;
export const vaultFileName = 'vault.json';
export const recoveryFileName = 'recovery.age';
const recordingsFolderName = 'recordings';
const largestVaultFileBytes = 64 * 1024;

const vaultFile = v.object({
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  recipients: v.pipe(v.array(v.pipe(v.string(), v.regex(recipientForm))), v.minLength(1), v.maxLength(20)),
});
export type VaultFile = v.InferOutput<typeof vaultFile>;

/** An open vault: where it lies, whom it is sealed to, and the identity that opens it (null when locked). */
export class Vault {
  readonly folder: string;
  /** 16 hexadecimal digits, random. The account of its identity in the keychain. */
  readonly id: string;
  #recipients: readonly string[];
  #identity: Identity | null;
  #signer: SigningKey | null;
  readonly #heldBack: (() => Problem | null)[] = [];

  constructor(folder: string, file: VaultFile, identity: Identity | null) {
    this.#signer = identity?.signingKey() ?? null;
    this.folder = folder;
    this.id = file.id;
    this.#recipients = file.recipients;
    this.#identity = identity;
  }

  /** The public keys that whatever is sealed from now on is sealed to. Asked anew for each file: it changes. */
  get recipients(): readonly string[] {
    return this.#recipients;
  }

  /** Only for vaultKeys.ts, which keeps vault.json and the list of keys in step with it, and for who records while locked. */
  sealTo(recipients: readonly string[]): void {
    if (recipients.length === 0) throw new Error('a vault is sealed to somebody');
    this.#recipients = [...recipients];
  }

  /** null while locked: what is sealed stays so, and recording goes on. */
  get identity(): Identity | null {
    return this.#identity;
  }

  /** The vault's key for signatures: there from the first unlocking on, also while it is locked again; else null. */
  get signer(): SigningKey | null {
    return this.#signer;
  }

  /** The path of something inside the vault. The parts are ours, never a camera's or a page's words. */
  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** From now on nothing is written while `why` names a problem (the vault's lock is not ours yet). */
  holdBack(why: () => Problem | null): void {
    this.#heldBack.push(why);
  }

  /**
   * Why nothing may be written into the vault now; null when it is there and ours. It is there when its vault.json is:
   * where its drive was mounted, an empty folder can be left, and nothing may be written beneath the drive.
   */
  async away(): Promise<Problem | null> {
    for (const why of this.#heldBack) {
      const heldBack = why();
      if (heldBack) return heldBack;
    }
    const missing: Problem = { code: 'vaultMissing', folder: this.folder };
    const file = await readVaultFile(this.folder);
    if (file.ok) return file.value.id === this.id ? null : missing;
    // A vault.json that was spoilt meanwhile keeps nobody from recording: the vault is open.
    if (!isDiskTrouble(file.problem)) return null;
    return file.problem.code === 'vaultMissing' ? missing : file.problem;
  }

  /**
   * Makes a folder inside the vault (0700), and those above it up to the vault's own, which is never made anew: when
   * its drive is not connected, nothing may be written where it used to be. Problems: those of the disk; as `away`.
   */
  async makeFolder(...parts: string[]): Promise<Outcome<string>> {
    let folder = this.folder;
    const away = await this.away();
    if (away) return bad(away);
    try {
      for (const part of parts) {
        folder = join(folder, part);
        await makeFolder(folder);
      }
    } catch (error) {
      const problem = await problemOf(error, folder);
      if (!problem) throw error;
      return bad(systemCode(error) === 'ENOENT' ? { code: 'vaultMissing', folder: this.folder } : problem);
    }
    return good(folder);
  }

  /** Takes the identity over. False, with it wiped, when it is not this vault's. */
  unlock(identity: Identity): boolean {
    const ours = this.recipients.includes(identity.recipient);
    if (ours && this.#identity === null) {
      this.#identity = identity;
      this.#signer ??= identity.signingKey();
    } else if (identity !== this.#identity) identity.wipe();
    return ours;
  }

  /** Wipes the identity. May be called twice. */
  lock(): void {
    this.#identity?.wipe();
    this.#identity = null;
  }

  /** Wipes the identity and the key for signatures: the vault is done with. May be called twice. */
  close(): void {
    this.lock();
    this.#signer?.wipe();
    this.#signer = null;
  }
}

/**
 * Makes a vault in an empty folder, or in one that does not exist yet (its parent must), with a new identity that these
 * words recover, and the passphrase opens where there is one. Problems: `folderNotEmpty`, and those of the disk; then
 * the folder is as it was.
 */
export async function createVault(
  folder: string,
  words: readonly string[],
  passphrase: Uint8Array | null = null,
): Promise<Outcome<Vault>> {
  if (!areWords(words)) throw new Error('a vault is made with words from makeWords');
  let made = false;
  let ours = false;
  const { identity } = makeIdentity();
  try {
    made = await makeEmpty(folder);
    if (!isEmpty(await readdir(folder))) {
      identity.wipe();
      return bad({ code: 'folderNotEmpty', folder });
    }
    ours = true;
    // It may have been made by the system's dialog, for all to read. A disk that cannot keep that (FAT) refuses it,
    // which `folderReport` tells the user.
    await chmod(folder, folderMode).catch(() => undefined);
    const file: VaultFile = {
      version: vaultVersion,
      id: randomBytes(8).toString('hex'),
      recipients: [identity.recipient],
    };
    await writeDurably(join(folder, recoveryFileName), await sealIdentity(identity, words));
    if (passphrase) await writeDurably(join(folder, passphraseFileName), await sealIdentityWith(passphrase, identity));
    await makeFolder(join(folder, recordingsFolderName));
    // vault.json last: a folder with it is a whole vault.
    await writeDurably(join(folder, vaultFileName), `${JSON.stringify(file, null, 2)}\n`);
    return good(new Vault(folder, file, identity));
  } catch (error) {
    identity.wipe();
    if (ours) await takeBack(folder, made);
    const problem = await problemOf(error, join(folder, vaultFileName));
    if (!problem) throw error;
    return bad(problem);
  }
}

/** Files that systems put into folders that people look at do not count. */
export function isEmpty(names: readonly string[]): boolean {
  return names.every((name) => ['.DS_Store', 'desktop.ini', 'Thumbs.db', '.directory'].includes(name));
}

/** True when the folder was made by this call. */
async function makeEmpty(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: folderMode });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  await syncFolder(dirname(folder));
  return true;
}

/** Removes what an unfinished `createVault` wrote, and nothing else: the folder was empty before. */
async function takeBack(folder: string, made: boolean): Promise<void> {
  try {
    for (const name of [vaultFileName, recoveryFileName, passphraseFileName])
      await rm(join(folder, name), { force: true });
    await removeTemporaries(folder);
    await rm(join(folder, recordingsFolderName), { recursive: true, force: true });
    if (made) await rm(folder, { recursive: true, force: true });
  } catch {
    // The disk that refused to be written refuses this too; a folder without vault.json is no vault.
  }
}

/** Undoes `createVault`, when what follows it failed. Only while nothing was recorded: otherwise `folderNotEmpty`. */
export async function removeUnusedVault(vault: Vault): Promise<Outcome<null>> {
  try {
    if ((await readdir(vault.path(recordingsFolderName))).length > 0) {
      return bad({ code: 'folderNotEmpty', folder: vault.folder });
    }
  } catch (error) {
    const problem = await problemOf(error, vault.path(recordingsFolderName));
    if (!problem) throw error;
    return bad(problem);
  }
  vault.lock();
  await takeBack(vault.folder, false);
  return good(null);
}

/**
 * What vault.json says. Problems: `vaultMissing` when the folder or the file is not there, `vaultDamaged`,
 * `vaultNewer` when a newer Nightjar wrote it.
 */
export async function readVaultFile(folder: string): Promise<Outcome<VaultFile>> {
  const path = join(folder, vaultFileName);
  let text: string;
  try {
    if ((await stat(path)).size > largestVaultFileBytes) return bad({ code: 'vaultDamaged', file: vaultFileName });
    text = await readFile(path, 'utf8');
  } catch (error) {
    const problem = await problemOf(error, path);
    if (!problem) return bad({ code: 'vaultDamaged', file: vaultFileName });
    return bad(problem);
  }
  const json = parseJson(text);
  const version = v.safeParse(v.object({ version: v.pipe(v.number(), v.integer()) }), json);
  if (version.success && version.output.version > vaultVersion) {
    return bad({ code: 'vaultNewer', version: version.output.version, understood: vaultVersion });
  }
  const file = v.safeParse(vaultFile, json);
  return file.success ? good(file.output) : bad({ code: 'vaultDamaged', file: vaultFileName });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Opens the vault with its identity, which it takes over. Its id and whom it is sealed to are those of the sealed list
 * of keys: vault.json lies in the clear, and may name others. One that is damaged is not needed, then. Problems: as
 * `readVaultFile`; `keyWrong`.
 */
export async function openVault(folder: string, identity: Identity): Promise<Outcome<Vault>> {
  const file = await readVaultFile(folder);
  if (!file.ok && file.problem.code !== 'vaultDamaged') return file;
  const list = await readKeyList(folder, identity);
  const recipients = [identity.recipient, ...(list?.others ?? []).map(({ recipient }) => recipient)];
  if (list) return good(new Vault(folder, { version: vaultVersion, id: list.vaultId, recipients }, identity));
  if (!file.ok) return file;
  if (!file.value.recipients.includes(identity.recipient)) return bad({ code: 'keyWrong' });
  return good(new Vault(folder, { ...file.value, recipients }, identity));
}

/** Opens the vault with its recovery words alone. Problems: as `openVault`; `wordsWrong`; `vaultDamaged`. */
export async function openWithWords(folder: string, words: string | readonly string[]): Promise<Outcome<Vault>> {
  const identity = await recoverIdentity(folder, words);
  if (!identity.ok) return identity;
  const opened = await openVault(folder, identity.value);
  if (!opened.ok) identity.value.wipe();
  return opened;
}

/**
 * Proves that the words open this vault: seals a test file, and opens it with the identity that the words get out of
 * recovery.age on the disk, or of what is to take its place. Problems: `wordsWrong`; `vaultDamaged`; those of the disk.
 */
export async function proveRecovery(
  vault: Vault,
  words: string | readonly string[],
  recoveryFile = recoveryFileName,
): Promise<Outcome<null>> {
  const recovered = await recoverIdentity(vault.folder, words, recoveryFile);
  if (!recovered.ok) return recovered;
  const path = temporaryPath(vault.path('proof.age'));
  const secret = randomBytes(64);
  try {
    await sealToFile(path, vault.recipients, secret);
    const opened = await openFile(path, recovered.value);
    if (!opened.ok) return opened;
    return secret.equals(opened.value) ? good(null) : bad({ code: 'vaultDamaged', file: basename(path) });
  } catch (error) {
    const problem = await problemOf(error, path);
    if (!problem) throw error;
    return bad(problem);
  } finally {
    recovered.value.wipe();
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function recoverIdentity(
  folder: string,
  words: string | readonly string[],
  recoveryFile = recoveryFileName,
): Promise<Outcome<Identity>> {
  const path = join(folder, recoveryFile);
  let bytes: Uint8Array;
  try {
    if ((await stat(path)).size > largestVaultFileBytes) return bad({ code: 'vaultDamaged', file: recoveryFileName });
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && (await readVaultFile(folder)).ok) {
      return bad({ code: 'vaultDamaged', file: recoveryFileName });
    }
    const problem = await problemOf(error, path);
    if (!problem) throw error;
    return bad(problem);
  }
  const identity = await openIdentity(bytes, words);
  return identity ? good(identity) : bad({ code: 'wordsWrong' });
}
