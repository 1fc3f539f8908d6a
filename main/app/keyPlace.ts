/**
 * Where a vault's identity lies on this computer, and in which form: in the keychain as it is, there sealed with the
 * passphrase (app lock), or in the vault's folder sealed with the passphrase (no keychain). Reading it changes nothing.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PassphraseUse } from '../contract/model.ts';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { writeDurably } from '../core/vault/durable.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import { type Identity, identityFromSecret } from '../core/vault/keys.ts';
import { fromEntry, passphraseFileName, type SealedIdentity, toEntry } from '../core/vault/passphrase.ts';
import { isScryptFile } from '../core/vault/scryptFile.ts';
import { problemOf, systemCode } from '../core/vault/vaultError.ts';

export type FoundKey =
  { use: 'none'; identity: Identity } | { use: Exclude<PassphraseUse, 'none'>; sealed: SealedIdentity };

const mostFileBytes = 8192;

/** Whether the vault has a passphrase of its own; then no keychain is asked about it. */
export async function readPassphraseFile(folder: string): Promise<Outcome<SealedIdentity | null>> {
  const file = path.join(folder, passphraseFileName);
  try {
    const bytes = (await stat(file)).size > mostFileBytes ? new Uint8Array() : await readFile(file);
    return isScryptFile(bytes) ? good(bytes) : bad({ code: 'vaultDamaged', file: passphraseFileName });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return good(null);
    const problem = await problemOf(error, file);
    return bad(problem ?? { code: 'vaultDamaged', file: passphraseFileName });
  }
}

/** Problems: `keyMissing`, `keyWrong`, those of the keychain; `vaultDamaged` and those of the disk for passphrase.age. */
export async function findKey(folder: string, vaultId: string, keychain: Keychain): Promise<Outcome<FoundKey>> {
  const ofFolder = await readPassphraseFile(folder);
  if (!ofFolder.ok) return ofFolder;
  if (ofFolder.value) return good({ use: 'vault', sealed: ofFolder.value });
  const entry = await keychain.read(vaultId);
  if (!entry.ok) return entry;
  if (entry.value === null) return bad({ code: 'keyMissing' });
  const sealed = fromEntry(entry.value);
  if (sealed) return good({ use: 'lock', sealed });
  const identity = identityFromSecret(entry.value);
  return identity ? good({ use: 'none', identity }) : bad({ code: 'keyWrong' });
}

/** Keeps the identity in the keychain as it is. Problems: those of the keychain. */
export async function keepPlain(vault: Vault, keychain: Keychain): Promise<Outcome<null>> {
  if (!vault.identity) return bad({ code: 'keyMissing' });
  return keychain.write(vault.id, vault.identity.toSecretString());
}

/** Keeps the sealed identity in the place of its use. Problems: those of the keychain, or of the disk. */
export async function keepSealed(
  vault: Vault,
  use: Exclude<PassphraseUse, 'none'>,
  sealed: SealedIdentity,
  keychain: Keychain,
): Promise<Outcome<null>> {
  if (use === 'lock') return keychain.write(vault.id, toEntry(sealed));
  const file = vault.path(passphraseFileName);
  try {
    await writeDurably(file, sealed);
    return good(null);
  } catch (error) {
    const problem = await problemOf(error, file);
    if (!problem) throw error;
    return bad(problem);
  }
}
