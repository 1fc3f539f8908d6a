/**
 * Verifies Ed25519 signatures (RFC 8032 §5.1.7, without the cofactor, as libsodium does) where there is neither sodium
 * nor WebCrypto: in the page of an evidence pack, which any browser opens from any place. It only verifies, so nothing in
 * it is secret and its time may tell what it likes; about 10 ms. test/unit/evidence holds it against the vectors of the
 * RFC and against sodium. Any bytes are fine: what is no signature is false.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

const p = 2n ** 255n - 19n;
/** Order of the base point. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const d = mod(-121665n * inverse(121666n));
const rootOfMinusOne = power(2n, (p - 1n) / 4n);

/** Extended coordinates (§5.1.4). */
interface Point {
  x: bigint;
  y: bigint;
  z: bigint;
  t: bigint;
}

const neutral: Point = { x: 0n, y: 1n, z: 1n, t: 0n };
const base = ofAffine(
  15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  46316835694926478169428394003475163141307993866256225615783033603165251855960n,
);

export function isEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const r = signature.subarray(0, 32);
  const s = numberOf(signature.subarray(32));
  const key = decode(publicKey);
  // A key of low order signs for everybody.
  if (!key || s >= order || isNeutral(times(key, 8n))) return false;
  const h = numberOf(sha512(concatBytes(r, publicKey, message))) % order;
  const found = add(times(base, s), times(negative(key), h));
  const bytes = encode(found);
  return bytes.every((byte, nth) => byte === r[nth]);
}

/** null for what is no point of the curve, or not its one spelling (§5.1.3). */
function decode(bytes: Uint8Array): Point | null {
  const sign = (bytes[31] ?? 0) >> 7;
  const y = numberOf(bytes) & (2n ** 255n - 1n);
  if (y >= p) return null;
  const u = mod(y * y - 1n);
  const v = mod(d * y * y + 1n);
  const candidate = mod(u * power(v, 3n) * power(u * power(v, 7n), (p - 5n) / 8n));
  const square = mod(v * candidate * candidate);
  if (square !== u && square !== mod(-u)) return null;
  const x = square === u ? candidate : mod(candidate * rootOfMinusOne);
  if (x === 0n && sign === 1) return null;
  return ofAffine(Number(x & 1n) === sign ? x : mod(-x), y);
}

function encode({ x, y, z }: Point): Uint8Array {
  const inverted = inverse(z);
  const isOdd = mod(x * inverted) & 1n;
  let rest = mod(y * inverted) | (isOdd << 255n);
  return Uint8Array.from({ length: 32 }, () => {
    const byte = Number(rest & 255n);
    rest >>= 8n;
    return byte;
  });
}

function add(one: Point, two: Point): Point {
  const a = mod((one.y - one.x) * (two.y - two.x));
  const b = mod((one.y + one.x) * (two.y + two.x));
  const c = mod(2n * d * one.t * two.t);
  const e = mod(2n * one.z * two.z);
  return { x: mod((b - a) * (e - c)), y: mod((e + c) * (b + a)), z: mod((e - c) * (e + c)), t: mod((b - a) * (b + a)) };
}

function times(point: Point, factor: bigint): Point {
  let sum = neutral;
  let doubled = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, doubled);
    doubled = add(doubled, doubled);
  }
  return sum;
}

function negative({ x, y, z, t }: Point): Point {
  return { x: mod(-x), y, z, t: mod(-t) };
}

function isNeutral({ x, y, z }: Point): boolean {
  return x === 0n && y === z;
}

function ofAffine(x: bigint, y: bigint): Point {
  return { x, y, z: 1n, t: mod(x * y) };
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function mod(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function power(value: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(value);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, p - 2n);
}
