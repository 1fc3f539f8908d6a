/**
 * What chains recordings to each other: a `uuid` box (ISO 14496-12 §11.1) behind the init of each says which recording
 * its camera's recorder ended before it, and what that one held; another at the end of one that was cut off and sealed
 * anew says which sealed file it took the place of. Both are signed by the vault's key when that is at hand. Layout in
 * main/core/vault/README.md. Pure, so that the page of an evidence pack reads them by the same code. Bytes are hostile:
 * what has not exactly the form is null.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

export const hashBytes = 32;
export const signatureBytes = 64;
const boxHeadBytes = 8;
const typeBytes = 16;
const linkType = '2d63ad6dcc63d17b3655e348479c244d';
const resealedType = '7901825682c1dbb353b612d68816c4f1';
const linkLabel = 'nightjar.link.v1';
const resealedLabel = 'nightjar.resealed.v1';
const version = 1;
const hasBefore = 1;
const knowsContent = 2;
const isSigned = 4;
const latestMs = 8.64e15;

/** A recording as the next one names it. */
export interface Before {
  startMs: number;
  /** Of its sealed file: SHA-256 of its header and payload nonce. */
  sealId: Uint8Array;
  /** `contentHash` of what it held; null where only its sealed file was known (Nightjar was started since). */
  content: Uint8Array | null;
}

export interface Link {
  /** 16 hexadecimal digits. */
  cameraId: string;
  /** Of the recording that carries the link. */
  startMs: number;
  sealId: Uint8Array;
  /** null: there was none. */
  before: Before | null;
  /** Ed25519 over `linkMessage`; null where the vault had been locked since the program's start. */
  signature: Uint8Array | null;
}

/** At the end of a recording that was cut off, and sealed anew. */
export interface Resealed {
  cameraId: string;
  startMs: number;
  /** The sealed file that was cut off, and the one that holds this. */
  was: Uint8Array;
  sealId: Uint8Array;
  signature: Uint8Array | null;
}

/** SHA-256 of the SHA-256s of a recording's pieces, in order: init, boxes and fragments, together all of its bytes. */
export function contentHash(pieces: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(...pieces));
}

/** What the signature of a link is made over. */
export function linkMessage(link: Omit<Link, 'signature'>): Uint8Array {
  return concatBytes(utf8ToBytes(linkLabel), linkPayload(link, false));
}

export function resealedMessage(resealed: Omit<Resealed, 'signature'>): Uint8Array {
  return concatBytes(utf8ToBytes(resealedLabel), resealedPayload(resealed, false));
}

export function linkBox(link: Link): Uint8Array {
  return uuidBox(linkType, linkPayload(link, link.signature !== null), link.signature);
}

export function resealedBox(resealed: Resealed): Uint8Array {
  return uuidBox(resealedType, resealedPayload(resealed, resealed.signature !== null), resealed.signature);
}

/** null when this box is no link. */
export function readLinkBox(box: Uint8Array): Link | null {
  const read = reading(box, linkType, 4 + 8 + 8 + hashBytes + 8 + 2 * hashBytes);
  if (!read) return null;
  const { flags, fields, signature } = read;
  const cameraId = bytesToHex(fields.take(8));
  const startMs = fields.time();
  const sealId = fields.take(hashBytes);
  const before = { startMs: fields.time(), sealId: fields.take(hashBytes), content: fields.take(hashBytes) };
  if (startMs === null || before.startMs === null) return null;
  const known = { ...before, startMs: before.startMs, content: flags & knowsContent ? before.content : null };
  const link = { cameraId, startMs, sealId, before: flags & hasBefore ? known : null, signature };
  // One spelling: what no flag announces is zero.
  return areSame(linkBox(link), box) ? link : null;
}

/** null when this box is none. */
export function readResealedBox(box: Uint8Array): Resealed | null {
  const read = reading(box, resealedType, 4 + 8 + 8 + 2 * hashBytes);
  if (!read) return null;
  const { fields, signature } = read;
  const cameraId = bytesToHex(fields.take(8));
  const startMs = fields.time();
  if (startMs === null) return null;
  const resealed = { cameraId, startMs, was: fields.take(hashBytes), sealId: fields.take(hashBytes), signature };
  return areSame(resealedBox(resealed), box) ? resealed : null;
}

function linkPayload({ cameraId, startMs, sealId, before }: Omit<Link, 'signature'>, signed: boolean): Uint8Array {
  const flags = (before ? hasBefore : 0) | (before?.content ? knowsContent : 0) | (signed ? isSigned : 0);
  const none = new Uint8Array(hashBytes);
  return concatBytes(
    Uint8Array.of(version, flags, 0, 0),
    hexToBytes(cameraId),
    timeBytes(startMs),
    sealId,
    timeBytes(before?.startMs ?? 0),
    before?.sealId ?? none,
    before?.content ?? none,
  );
}

function resealedPayload({ cameraId, startMs, was, sealId }: Omit<Resealed, 'signature'>, signed: boolean): Uint8Array {
  const head = Uint8Array.of(version, signed ? isSigned : 0, 0, 0);
  return concatBytes(head, hexToBytes(cameraId), timeBytes(startMs), was, sealId);
}

function uuidBox(type: string, payload: Uint8Array, signature: Uint8Array | null): Uint8Array {
  const head = new Uint8Array(boxHeadBytes);
  const sizeBytes = boxHeadBytes + typeBytes + payload.length + signatureBytes;
  new DataView(head.buffer).setUint32(0, sizeBytes);
  head.set(utf8ToBytes('uuid'), 4);
  return concatBytes(head, hexToBytes(type), payload, signature ?? new Uint8Array(signatureBytes));
}

interface Fields {
  take(length: number): Uint8Array;
  /** null for a time that cannot be. */
  time(): number | null;
}

/** The fields of a box of that type and length; null when it is another, or of a later version. */
function reading(
  box: Uint8Array,
  type: string,
  payloadBytes: number,
): { flags: number; fields: Fields; signature: Uint8Array | null } | null {
  const start = boxHeadBytes + typeBytes;
  if (box.length !== start + payloadBytes + signatureBytes) return null;
  const view = new DataView(box.buffer, box.byteOffset, box.byteLength);
  if (view.getUint32(0) !== box.length || bytesToHex(box.subarray(4, 8)) !== bytesToHex(utf8ToBytes('uuid')))
    return null;
  if (bytesToHex(box.subarray(boxHeadBytes, start)) !== type || box[start] !== version) return null;
  const flags = box[start + 1] ?? 0;
  let offset = start + 4;
  const take = (length: number): Uint8Array => {
    offset += length;
    return box.slice(offset - length, offset);
  };
  const time = (): number | null => {
    const bytes = take(8);
    const ms = Number(new DataView(bytes.buffer).getBigUint64(0));
    return ms <= latestMs ? ms : null;
  };
  const signature = flags & isSigned ? box.slice(start + payloadBytes) : null;
  return { flags, fields: { take, time }, signature };
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, nth) => byte === other[nth]);
}

function timeBytes(ms: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.max(0, Math.round(ms))));
  return bytes;
}
