/**
 * The vault's identity and its recovery words. The identity is an age X25519 key that lies in locked memory and is
 * used there; `wipe` clears it. Only without an app lock is it ever an ordinary JavaScript string, which cannot be
 * cleared and lives until the collector reuses its memory: when it is read from the keychain or written there.
 * Whatever is not a key, or not these words, answers null; nothing here ever names a secret in an error.
 */
import { createHmac } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64nopad, bech32 } from '@scure/base';
import { generateMnemonic, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { Stanza } from 'age-encryption';
import { isScryptFile, openByScrypt, sealByScrypt } from './scryptFile.ts';
import { readSecret, secretTextBytes, writeSecret } from './secretForm.ts';
import { SigningKey } from './signingKey.ts';
import { agree, keyBytes, open, publicPoint, Secret, secretBytes, wipe } from './sodium.ts';

const signingLabel = new TextEncoder().encode('nightjar.signing.v1');
const stanzaLabel = new TextEncoder().encode('age-encryption.org/v1/X25519');
/** A stanza's key seals one text only, so its nonce is zero (age-encryption.org/v1, "The X25519 recipient type"). */
const stanzaNonce = new Uint8Array(12);

export class Identity {
  /** The public key: `age1…`. */
  readonly recipient: string;
  readonly #secret: Secret;
  readonly #point: Uint8Array;

  /** Takes the 32 bytes over and wipes them; without them, a new identity. */
  constructor(scalar?: Uint8Array) {
    this.#secret = new Secret(scalar);
    this.#point = publicPoint(this.#secret.bytes);
    this.recipient = bech32.encodeFromBytes('age', this.#point);
  }

  /** For the keychain's entry without an app lock, and for nothing else: nobody can clear a string. */
  toSecretString(): string {
    const text = writeSecret(this.#secret.bytes);
    const told = Buffer.from(text.buffer).toString('latin1');
    wipe(text);
    return told;
  }

  /** The line `AGE-SECRET-KEY-1…` that files of identities hold, line feed included. The caller wipes it. */
  toLine(): Uint8Array {
    const text = writeSecret(this.#secret.bytes);
    const line = secretBytes(secretTextBytes + 1);
    line.set(text);
    line[secretTextBytes] = 0x0a;
    wipe(text);
    return line;
  }

  /** Another of the same secret, with a life of its own. Whoever takes it wipes it. */
  copy(): Identity {
    return new Identity(this.#secret.bytes.slice());
  }

  /**
   * A mark on a text that only the identity can make: HMAC-SHA-256 in hexadecimal digits, under HKDF-SHA-256(identity,
   * no salt, info). Sealing proves nothing of who wrote a text, for it needs the recipient alone; this does.
   */
  mark(info: string, text: string): string {
    const key = hkdf(sha256, this.#secret.bytes, undefined, new TextEncoder().encode(info), 32);
    const digest = digestOf(key, text);
    wipe(key);
    return digest;
  }

  /** As `mark`, also when the identity was wiped since: what it keeps opens nothing. */
  marker(info: string): (text: string) => string {
    const key = hkdf(sha256, this.#secret.bytes, undefined, new TextEncoder().encode(info), 32);
    return (text) => digestOf(key, text);
  }

  /** The vault's own key for signatures. It outlives the identity, and opens nothing. Whoever takes it wipes it. */
  signingKey(): SigningKey {
    return new SigningKey(hkdf(sha256, this.#secret.bytes, undefined, signingLabel, keyBytes));
  }

  get wiped(): boolean {
    return this.#secret.wiped;
  }

  /** Clears the secret from memory. May be called twice. What is sealed afterwards does not open with it any more. */
  wipe(): void {
    this.#secret.wipe();
  }

  /**
   * age-encryption's own interface: the file key in one of these stanzas, null when none is ours. Throws for an
   * X25519 stanza that is malformed, as the specification demands (all of them are looked at, ours or not).
   */
  unwrapFileKey(stanzas: Stanza[]): Uint8Array | null {
    const shares = stanzas.filter((stanza) => stanza.args[0] === 'X25519').map((stanza) => readStanza(stanza));
    for (const { share, body } of shares) {
      const fileKey = this.#unwrap(share, body);
      if (fileKey) return fileKey;
    }
    return null;
  }

  #unwrap(share: Uint8Array, body: Uint8Array): Uint8Array | null {
    const shared = agree(this.#secret.bytes, share);
    if (!shared) throw new Error('the share of an X25519 stanza is of low order');
    const salt = new Uint8Array(2 * keyBytes);
    salt.set(share);
    salt.set(this.#point, keyBytes);
    const key = hkdf(sha256, shared, salt, stanzaLabel, 32);
    const fileKey = secretBytes(16);
    const ours = open(fileKey, body, stanzaNonce, key);
    wipe(shared);
    wipe(key);
    return ours ? fileKey : null;
  }
}

function readStanza(stanza: Stanza): { share: Uint8Array; body: Uint8Array } {
  const [, text, ...more] = stanza.args;
  if (text === undefined || more.length > 0) throw new Error('an X25519 stanza has one argument');
  const share = base64nopad.decode(text);
  if (share.byteLength !== keyBytes) throw new Error('the share of an X25519 stanza is 32 bytes long');
  if (stanza.body.byteLength !== 32) throw new Error('the body of an X25519 stanza is 32 bytes long');
  return { share, body: stanza.body };
}

/** Leaves no copy of the text behind. */
function digestOf(key: Uint8Array, text: string): string {
  const bytes = new TextEncoder().encode(text);
  const digest = createHmac('sha256', key).update(bytes).digest('hex');
  wipe(bytes);
  return digest;
}

/** The identity of a text `AGE-SECRET-KEY-1…`, null when it is none. Whoever takes it wipes it. */
export function identityFromSecret(text: string): Identity | null {
  return text.length > secretTextBytes ? null : identityOfLine(new TextEncoder().encode(text));
}

/** The same of bytes, which are wiped; blanks at their end do not count. */
export function identityOfLine(line: Uint8Array): Identity | null {
  let bytes = line.byteLength;
  while (bytes > 0 && blanks.includes(line[bytes - 1] ?? 0)) bytes -= 1;
  const secret = readSecret(line.subarray(0, bytes));
  wipe(line);
  return secret ? new Identity(secret) : null;
}
const blanks = [0x0a, 0x0d, 0x20];

/** A new identity; whoever makes it wipes it. */
export function makeIdentity(): { identity: Identity; recipient: string } {
  const identity = new Identity();
  return { identity, recipient: identity.recipient };
}

/** Twelve words from BIP 39's English list: 128 random bits and a check of 4. */
export function makeWords(): string[] {
  return generateMnemonic(wordlist, 128).split(' ');
}

/** Words as typed, pasted or dictated: lower case, without what stands around them. It does not check them. */
export function normaliseWords(typed: string | readonly string[]): string[] {
  const text = typeof typed === 'string' ? typed : typed.join(' ');
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Twelve words of the list, with a check that holds. */
export function areWords(words: readonly string[]): boolean {
  return words.length === 12 && validateMnemonic(words.join(' '), wordlist);
}

/**
 * age's work factor for recovery.age, 2^12: 20 ms. Its default, 2^18, holds the whole program up for more than a
 * second in JavaScript, and the words carry 128 random bits, which no stretching has to help.
 */
const workFactor = 12;

/** recovery.age: the identity in age's passphrase format; the passphrase is the words with one space between them. */
export async function sealIdentity(identity: Identity, words: readonly string[]): Promise<Uint8Array> {
  const line = identity.toLine();
  const passphrase = new TextEncoder().encode(words.join(' '));
  try {
    return await sealByScrypt(line, passphrase, workFactor);
  } finally {
    wipe(line);
    wipe(passphrase);
  }
}

/** The identity in recovery.age; null when these are not its words, or it was altered. */
export async function openIdentity(bytes: Uint8Array, typed: string | readonly string[]): Promise<Identity | null> {
  const words = normaliseWords(typed);
  if (!areWords(words) || !isScryptFile(bytes)) return null;
  const passphrase = new TextEncoder().encode(words.join(' '));
  const plain = await openByScrypt(bytes, passphrase);
  wipe(passphrase);
  return plain && identityOfLine(plain);
}
