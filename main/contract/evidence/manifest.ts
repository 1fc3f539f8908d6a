/**
 * The manifest of an evidence pack: what is in the folder, and what is known of it. It has one spelling (canonical JSON:
 * no white space, names in order, whole numbers), so that its signature and its bytes stand for each other. Bytes are
 * hostile until they have this form. Pure. Times are UTC milliseconds, hashes SHA-256 in hexadecimal digits.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';

export const manifestName = 'manifest.json';
export const signatureName = 'manifest.sig';
export const checksumsName = 'checksums.txt';
export const pageName = 'check.html';
export const keyName = 'key.pem';
export const readMeName = 'read-me.txt';
/** 2 says of each video whether it has sound; its times are those of what players show. */
export const manifestVersion = 2;
/** A week of sixteen cameras has less. */
export const largestManifestBytes = 512 * 2 ** 20;

/** Ten years of them. */
const mostClockDays = 3660;

const text = v.pipe(v.string(), v.maxLength(1000));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const offset = v.pipe(v.number(), v.safeInteger());
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** From the pack's folder on: no step out of it, whatever system it lies on. */
const fileName = v.pipe(
  v.string(),
  v.maxLength(400),
  v.regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\\/:*?"<>|\p{Cc}]+(?:\/[^\\/:*?"<>|\p{Cc}]+)*$/u),
);

/**
 * One piece of a recording: what it is, its hash, its bytes, whether it is in the file; of a fragment also when it begins,
 * how long it lasts, and whether it begins with a keyframe. In order, a recording's pieces are all of its bytes.
 */
const piece = v.union([
  v.tuple([v.picklist(['head', 'link', 'box']), hash, size, v.picklist([0, 1])]),
  v.tuple([v.literal('fragment'), hash, size, v.picklist([0, 1]), time, size, v.picklist([0, 1])]),
]);

const clock = v.object({
  /** Camera's clock minus the computer's when the pack was made; null: not known. */
  atExport: v.nullable(v.object({ offsetMs: offset, uncertaintyMs: v.nullable(size) })),
  /** The same as measured on days of the span; empty: not known for the time of recording. */
  recorded: v.pipe(
    v.array(v.object({ fromMs: time, toMs: time, leastMs: offset, mostMs: offset })),
    v.maxLength(mostClockDays),
  ),
});

const recording = v.object({
  file: fileName,
  startMs: time,
  endMs: time,
  /** It was still being recorded. */
  open: v.boolean(),
  /** Tells its sealed file in the vault from every other. */
  sealId: hash,
  /** Hash of the hashes of its pieces; of an open one of those so far. */
  content: hash,
  pieces: v.pipe(v.array(piece), v.minLength(2)),
});

const camera = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  ...{ name: text, maker: text, model: text, serial: text, firmware: text },
  clock,
  gaps: v.array(v.object({ fromMs: time, toMs: time, cause: text })),
  /** Of what is shown; `sound` since version 2. */
  videos: v.array(v.object({ file: fileName, startMs: time, endMs: time, sound: v.exactOptional(v.boolean()) })),
  recordings: v.array(recording),
  /** The link of the recording behind the last, which names that one; null where there is none yet. */
  next: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{0,2048}$/))),
});

const form = v.object({
  format: v.literal('nightjar evidence'),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  app: text,
  madeMs: time,
  fromMs: time,
  toMs: time,
  /** The vault's public key, Ed25519. */
  key: hash,
  cameras: v.pipe(v.array(camera), v.minLength(1)),
  /** Every file but the manifest, its signature and the checksums, which say the same. */
  files: v.array(v.object({ name: fileName, sizeBytes: size, sha256: hash })),
});

export type Manifest = v.InferOutput<typeof form>;
export type ManifestCamera = Manifest['cameras'][number];
export type ManifestRecording = ManifestCamera['recordings'][number];
export type ManifestPiece = ManifestRecording['pieces'][number];

export function manifestBytes(manifest: Manifest): Uint8Array {
  return utf8ToBytes(`${canonical(manifest)}\n`);
}

/** null for what is not exactly the form; 'newer' when a later version wrote it. */
export function readManifest(bytes: Uint8Array): Manifest | 'newer' | null {
  if (bytes.length > largestManifestBytes) return null;
  let said: string;
  let json: unknown;
  try {
    said = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(said);
  } catch {
    return null;
  }
  const parsed = v.safeParse(form, json);
  if (!parsed.success) {
    const later = v.safeParse(v.object({ format: form.entries.format, version: form.entries.version }), json);
    return later.success && later.output.version > manifestVersion ? 'newer' : null;
  }
  if (parsed.output.version > manifestVersion) return 'newer';
  return `${canonical(parsed.output)}\n` === said && isWhole(parsed.output) ? parsed.output : null;
}

/** Every file that it speaks of is listed, and none twice; nor is a camera. */
function isWhole({ files, cameras }: Manifest): boolean {
  const names = new Set(files.map(({ name }) => name));
  const told = cameras.flatMap(({ videos, recordings }) => [...videos, ...recordings].map(({ file }) => file));
  if (new Set(cameras.map(({ id }) => id)).size !== cameras.length) return false;
  return names.size === files.length && new Set(told).size === told.length && told.every((file) => names.has(file));
}

/** Names in order of their code points, no white space; numbers are whole. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [two]) => (one < two ? -1 : 1));
  return `{${entries.map(([name, inside]) => `${JSON.stringify(name)}:${canonical(inside)}`).join(',')}}`;
}

/** What `sha256sum --check` takes: every file, and the manifest, whose own sum is given. */
export function checksums(manifest: Manifest, ownSha256: string): string {
  const own = { name: manifestName, sha256: ownSha256 };
  return [...manifest.files, own].map(({ name, sha256: said }) => `${said}  ${name}\n`).join('');
}

/** A key as people compare it: 32 hexadecimal digits in groups of four. */
export function fingerprint(publicKey: Uint8Array): string {
  return bytesToHex(sha256(publicKey).subarray(0, 16)).replace(/(.{4})(?=.)/g, '$1 ');
}

/** As typed or pasted; null when it is no fingerprint. */
export function readFingerprint(typed: string): string | null {
  const digits = typed.toLowerCase().replace(/[\s:-]/g, '');
  return /^[0-9a-f]{32}$/.test(digits) ? digits.replace(/(.{4})(?=.)/g, '$1 ') : null;
}

/** The public key as openssl reads it (RFC 8410). */
export function keyPem(publicKey: Uint8Array): string {
  const bytes = [...hexToBytes('302a300506032b6570032100'), ...publicKey];
  return `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...bytes))}\n-----END PUBLIC KEY-----\n`;
}
