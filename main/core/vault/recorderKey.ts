/**
 * The recorder's key: a second, small identity that lies in the keychain without a passphrase (account
 * `<vault id> recorder`). The cameras' list and the settings are sealed to it too, and nothing else, so that recording
 * begins with the program while the vault is locked. It is never one of the vault's recipients.
 *
 * Beside it the entry says whom the vault is sealed to: while it is locked nobody can tell whether a key in vault.json
 * was put there by somebody who can write to the folder, and nothing may be sealed to such a one.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { type Identity, identityFromSecret, makeIdentity } from './keys.ts';
import { recipientForm } from './recipients.ts';
import { openFile } from './sealedFile.ts';

export interface RecorderKey {
  /** Whoever takes it wipes it. */
  identity: Identity;
  /** Of the vault, its own first; at least one. */
  recipients: readonly string[];
}

interface Entries {
  read(account: string): Promise<Outcome<string | null>>;
  write(account: string, secret: string): Promise<Outcome<null>>;
}

const mostRecipients = 20;

export function recorderAccount(vaultId: string): string {
  return `${vaultId} recorder`;
}

/** null where the keychain gives none, for whatever reason. */
export async function readRecorderKey(keychain: Entries, vaultId: string): Promise<RecorderKey | null> {
  const entry = await keychain.read(recorderAccount(vaultId));
  return entry.ok && entry.value !== null ? parseEntry(entry.value) : null;
}

/** The one that is there, or else a new one; kept together with these recipients. Problems: those of the keychain. */
export async function keepRecorderKey(
  keychain: Entries,
  vaultId: string,
  recipients: readonly string[],
): Promise<Outcome<RecorderKey>> {
  const entry = await keychain.read(recorderAccount(vaultId));
  if (!entry.ok) return entry;
  const known = entry.value === null ? null : parseEntry(entry.value);
  if (known?.recipients.join() === recipients.join()) return good(known);
  const identity = known?.identity ?? makeIdentity().identity;
  const text = [identity.toSecretString(), ...recipients].join('\n');
  const written = await keychain.write(recorderAccount(vaultId), text);
  if (written.ok) return good({ identity, recipients });
  identity.wipe();
  return bad(written.problem);
}

/**
 * The one that the keychain has, with the recipients it says; or a new one, for the vault's own `recipient` so far. null
 * where there is neither: the keychain gives and takes none, or (`recipient` null) the vault has no identity now.
 */
export async function recorderKeyOf(
  keychain: Entries,
  vaultId: string,
  recipient: string | null,
): Promise<RecorderKey | null> {
  const known = await readRecorderKey(keychain, vaultId);
  if (known || recipient === null) return known;
  const made = await keepRecorderKey(keychain, vaultId, [recipient]);
  return made.ok ? made.value : null;
}

/** Whether a document is sealed to that key too; one that is not there need not be sealed again either. */
export async function opensDocument(path: string, recorder: Identity): Promise<boolean> {
  const opened = await openFile(path, recorder);
  return opened.ok || opened.problem.code === 'gone';
}

/** The secret's line, then a recipient a line. null for anything else. */
function parseEntry(text: string): RecorderKey | null {
  const [secret = '', ...recipients] = text.slice(0, 4096).split('\n');
  if (recipients.length === 0 || recipients.length > mostRecipients) return null;
  if (!recipients.every((one) => recipientForm.test(one))) return null;
  const identity = identityFromSecret(secret);
  return identity && { identity, recipients };
}
