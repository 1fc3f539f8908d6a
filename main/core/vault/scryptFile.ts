/**
 * A small age file sealed with a passphrase (age-encryption.org/v1, "The scrypt recipient type"): one stanza, one chunk.
 * `age -d` opens it. Passphrase and plain text are bytes and stay the caller's to wipe; nothing of them becomes a
 * string here. The slow function yields every 5 ms, so that recording goes on meanwhile. Opening takes any bytes, and
 * answers null for what is no such file, was altered, or has another passphrase: the three cannot be told apart.
 */
import { randomBytes } from 'node:crypto';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { base64nopad } from '@scure/base';
import { Decrypter, type Recipient, Stanza } from 'age-encryption';
import { headerSizeBytes, makeHeader } from './header.ts';
import { open, seal, secretBytes, tagBytes, wipe } from './sodium.ts';
import { payloadNonceBytes, StreamKey } from './stream.ts';

const saltLabel = new TextEncoder().encode('age-encryption.org/v1/scrypt');
const saltBytes = 16;
const fileKeyBytes = 16;
/** A stanza's key seals one file key only, so its nonce is zero. */
const stanzaNonce = new Uint8Array(12);
/** What a hostile file may ask of us: 1 GiB of memory for some seconds. */
const highestWorkFactor = 20;
/** Far above any secret that is kept like this. */
const mostPlainBytes = 4096;
const yieldEveryMs = 5;

const firstLines = /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9]\d?)\n[A-Za-z0-9+/]{43}\n--- /;

/** `workFactor`: the binary logarithm of scrypt's N. At most 4 KiB. */
export async function sealByScrypt(plain: Uint8Array, passphrase: Uint8Array, workFactor: number): Promise<Uint8Array> {
  if (plain.byteLength > mostPlainBytes) throw new Error('too much to be sealed with a passphrase');
  const header = await makeHeader([scryptRecipient(passphrase, workFactor)]);
  const nonce = randomBytes(payloadNonceBytes);
  const key = new StreamKey(header.fileKey, nonce);
  wipe(header.fileKey);
  const sealed = new Uint8Array(plain.byteLength + tagBytes);
  key.seal(0, true, plain, sealed);
  key.wipe();
  return Buffer.concat([header.bytes, nonce, sealed]);
}

/** Whoever knows the passphrase. It alone may stand in a header. `workFactor`: as of `sealByScrypt`. */
export function scryptRecipient(passphrase: Uint8Array, workFactor: number): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(saltBytes);
      const key = await stretch(passphrase, salt, workFactor);
      const body = new Uint8Array(fileKeyBytes + tagBytes);
      seal(body, fileKey, stanzaNonce, key);
      wipe(key);
      return [new Stanza(['scrypt', base64nopad.encode(salt), String(workFactor)], body)];
    },
  };
}

/** The plain text, to be wiped by the caller; null when it does not open. */
export async function openByScrypt(file: Uint8Array, passphrase: Uint8Array): Promise<Uint8Array | null> {
  const headerBytes = isScryptFile(file) ? headerSizeBytes(file) : null;
  if (headerBytes === null) return null;
  const fileKey = await fileKeyOf(file.subarray(0, headerBytes), passphrase);
  if (!fileKey) return null;
  const payload = file.subarray(headerBytes + payloadNonceBytes);
  const key = new StreamKey(fileKey, file.subarray(headerBytes, headerBytes + payloadNonceBytes));
  wipe(fileKey);
  const plain = secretBytes(payload.byteLength - tagBytes);
  const opened = key.open(0, true, payload, plain);
  key.wipe();
  return opened ? plain : null;
}

/** Whether it has the form of such a file, with one stanza of a bearable work factor. Says nothing of its passphrase. */
export function isScryptFile(file: Uint8Array): boolean {
  const start = firstLines.exec(new TextDecoder('latin1').decode(file.subarray(0, 512)));
  const headerBytes = headerSizeBytes(file);
  if (start?.[1] === undefined || Number(start[1]) > highestWorkFactor || headerBytes === null) return false;
  const plainBytes = file.byteLength - headerBytes - payloadNonceBytes - tagBytes;
  return plainBytes >= 0 && plainBytes <= mostPlainBytes;
}

async function fileKeyOf(header: Uint8Array, passphrase: Uint8Array): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    async unwrapFileKey([stanza, ...more]: Stanza[]) {
      const [kind, salt, workFactor] = stanza?.args ?? [];
      if (!stanza || more.length > 0 || kind !== 'scrypt' || salt === undefined) return null;
      if (stanza.body.byteLength !== fileKeyBytes + tagBytes) return null;
      const key = await stretch(passphrase, base64nopad.decode(salt), Number(workFactor));
      const fileKey = secretBytes(fileKeyBytes);
      const ours = open(fileKey, stanza.body, stanzaNonce, key);
      wipe(key);
      return ours ? fileKey : null;
    },
  });
  try {
    return await decrypter.decryptHeader(header);
  } catch {
    // The package throws bare Errors for a wrong passphrase and for an altered header alike.
    return null;
  }
}

async function stretch(passphrase: Uint8Array, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  const salted = new Uint8Array(saltLabel.byteLength + salt.byteLength);
  salted.set(saltLabel);
  salted.set(salt, saltLabel.byteLength);
  return scryptAsync(passphrase, salted, { N: 2 ** workFactor, r: 8, p: 1, dkLen: 32, asyncTick: yieldEveryMs });
}
