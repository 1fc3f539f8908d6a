/**
 * The vault's identity and its recovery words. The identity is an age X25519 key that lies in locked memory and is
 * used there; `wipe` clears it. Two moments put it into an ordinary JavaScript string, which cannot be cleared and
 * lives until the collector reuses its memory: reading it from the keychain and writing it there, and sealing or
 * opening recovery.age. Whatever is not a key, or not these words, answers null; nothing here ever names a secret in
 * an error.
 */
import { createHmac } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64nopad, bech32 } from '@scure/base';
import { generateMnemonic, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { Decrypter, Encrypter } from 'age-encryption';
import type { Stanza } from 'age-encryption';
import { agree, keyBytes, open, publicPoint, Secret, wipe } from './sodium.ts';

const secretPrefix = 'age-secret-key-';
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

  /** For the keychain and recovery.age, and for nothing else. */
  toSecretString(): string {
    return bech32.encodeFromBytes(secretPrefix, this.#secret.bytes).toUpperCase();
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
    const digest = createHmac('sha256', key).update(text).digest('hex');
    wipe(key);
    return digest;
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
    const fileKey = new Uint8Array(16);
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

/** The identity of a text `AGE-SECRET-KEY-1…`, null when it is none. Whoever takes it wipes it. */
export function identityFromSecret(text: string): Identity | null {
  if (text.length > 90 || text !== text.toUpperCase()) return null;
  const decoded = bech32.decodeUnsafe(text);
  if (decoded?.prefix !== secretPrefix) return null;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  return bytes?.byteLength === keyBytes ? new Identity(bytes) : null;
}

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
/** What a hostile recovery.age may ask of us: age's own default. */
const highestWorkFactor = 18;

/** recovery.age: the identity in age's passphrase format; the passphrase is the words with one space between them. */
export async function sealIdentity(identity: Identity, words: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(words.join(' '));
  encrypter.setScryptWorkFactor(workFactor);
  return encrypter.encrypt(`${identity.toSecretString()}\n`);
}

/** The identity in recovery.age; null when these are not its words, or it was altered. */
export async function openIdentity(bytes: Uint8Array, typed: string | readonly string[]): Promise<Identity | null> {
  const words = normaliseWords(typed);
  if (!areWords(words) || !asksLittle(bytes)) return null;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(words.join(' '));
  let plain: Uint8Array;
  try {
    plain = await decrypter.decrypt(bytes);
  } catch {
    // The package throws bare Errors for wrong words and for altered bytes alike.
    return null;
  }
  const identity = identityFromSecret(new TextDecoder().decode(plain).trimEnd());
  wipe(plain);
  return identity;
}

/** One scrypt stanza, of a work factor that does not stop the program for minutes. */
function asksLittle(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const stanza = /^age-encryption\.org\/v1\n-> scrypt \S+ (\d{1,2})\n/.exec(start);
  return stanza?.[1] !== undefined && Number(stanza[1]) <= highestWorkFactor;
}
