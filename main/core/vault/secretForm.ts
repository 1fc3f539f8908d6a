/**
 * The text of an identity (`AGE-SECRET-KEY-1…`, Bech32 of BIP 173 in capitals) as bytes: unlike a string, they can be
 * wiped. Takes any bytes; null for what is no such text.
 */
import { keyBytes, secretBytes, wipe } from './sodium.ts';

const prefix = 'age-secret-key-';
const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const digits = Math.ceil((keyBytes * 8) / 5);
const checkDigits = 6;
/** Of the text, which has always the same length. */
export const secretTextBytes = prefix.length + 1 + digits + checkDigits;

/** The caller wipes it. */
export function writeSecret(secret: Uint8Array): Uint8Array {
  if (secret.byteLength !== keyBytes) throw new Error('a secret is 32 bytes long');
  const values = secretBytes(digits + checkDigits);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const byte of secret) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; at++) {
      bits -= 5;
      values[at] = (held >> bits) & 31;
    }
  }
  values[at] = (held << (5 - bits)) & 31;
  const check = polymod(values) ^ 1;
  for (let nth = 0; nth < checkDigits; nth++) values[digits + nth] = (check >> (5 * (checkDigits - 1 - nth))) & 31;
  const text = secretBytes(secretTextBytes);
  text.set(new TextEncoder().encode(`${prefix}1`.toUpperCase()));
  values.forEach((value, nth) => {
    text[prefix.length + 1 + nth] = alphabet.toUpperCase().charCodeAt(value);
  });
  wipe(values);
  return text;
}

/** 32 bytes, to be wiped by the caller; null when the text is none of an identity. */
export function readSecret(text: Uint8Array): Uint8Array | null {
  if (text.byteLength !== secretTextBytes) return null;
  const begins = new TextEncoder().encode(`${prefix}1`.toUpperCase());
  if (!begins.every((byte, at) => text[at] === byte)) return null;
  const values = secretBytes(digits + checkDigits);
  const secret = secretBytes(keyBytes);
  const right =
    values.every((_, nth) => {
      const letter = text[begins.byteLength + nth] ?? 0;
      const value = isCapital(letter) ? alphabet.indexOf(String.fromCharCode(letter).toLowerCase()) : -1;
      values[nth] = Math.max(value, 0);
      return value >= 0;
    }) &&
    polymod(values) === 1 &&
    joinDigits(values.subarray(0, digits), secret);
  wipe(values);
  if (right) return secret;
  wipe(secret);
  return null;
}

function isCapital(letter: number): boolean {
  return (letter >= 0x30 && letter <= 0x39) || (letter >= 0x41 && letter <= 0x5a);
}

/** False when the bits that are left over are not zero. */
function joinDigits(values: Uint8Array, bytes: Uint8Array): boolean {
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const value of values) {
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  return (held & ((1 << bits) - 1)) === 0;
}

/** BIP 173's checksum over the prefix and these values (the last six zero when it is to be made). */
function polymod(values: Uint8Array): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let check = 1;
  const step = (value: number): void => {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    generator.forEach((one, bit) => {
      if ((top >> bit) & 1) check ^= one;
    });
  };
  for (const letter of prefix) step(letter.charCodeAt(0) >> 5);
  step(0);
  for (const letter of prefix) step(letter.charCodeAt(0) & 31);
  values.forEach(step);
  return check;
}
