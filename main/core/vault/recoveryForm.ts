/**
 * What can be told about recovery.age without its words, about passphrase.age without its passphrase, and about
 * recipients without their identities: whether they have the form that Nightjar gives them. Takes any bytes; answers yes or no.
 */
import { makeHeader } from './header.ts';
import { wipe } from './sodium.ts';

const header =
  /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} \d{1,2}\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;
/** Nonce, one sealed chunk: 74 characters of the identity, and a line feed. */
const payloadBytes = 16 + 75 + 16;

/** One scrypt stanza and a payload of an identity's length. Whether the words, or the passphrase, open it, only they can tell. */
export function looksLikeRecovery(bytes: Uint8Array): boolean {
  const found = header.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 512)));
  return found !== null && bytes.byteLength === found[0].length + payloadBytes;
}

/** Each a public key whose check holds. */
export async function areRecipients(recipients: readonly string[]): Promise<boolean> {
  try {
    wipe((await makeHeader(recipients)).fileKey);
    return true;
  } catch {
    return false;
  }
}
