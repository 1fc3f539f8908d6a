/**
 * Checks an evidence pack: the signature of its manifest, every file and every piece of a recording in it, and the chain
 * that the recordings make. The page of the pack and Nightjar itself run this same code. It never throws for what lies in
 * the pack: that is a finding. What a passing check proves and what not is said in text/en/evidence.ts.
 */
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { isEd25519 } from './ed25519.ts';
import { signatureBytes } from './link.ts';
import {
  checksums,
  checksumsName,
  fingerprint,
  largestManifestBytes,
  type Manifest,
  type ManifestRecording,
  manifestName,
  readManifest,
  signatureName,
} from './manifest.ts';
import {
  byManifestName,
  type CheckWishes,
  isNote,
  type PackCounts,
  type PackFile,
  type PackFinding,
  plainHasher,
  windowBytes,
} from './pack.ts';
import { verifyChain } from './verifyChain.ts';
import { here, verifyOriginal } from './verifyOriginal.ts';

export interface PackReport {
  /** null where it could not be read; what it says counts only when the report passed. */
  manifest: Manifest | null;
  /** Of the key that the manifest names; null without one. */
  fingerprint: string | null;
  findings: PackFinding[];
  passed: boolean;
  /** The signature fits the manifest. */
  isSigned: boolean;
  /** Names of files that are as the manifest says. */
  sound: ReadonlySet<string>;
  counts: PackCounts;
}

interface Signed {
  manifest: Manifest;
  /** As it lies in the pack; it has one spelling. */
  bytes: Uint8Array;
}

interface Expected {
  name: string;
  sizeBytes: number;
  sha256: string;
}

/** What systems put into folders that people look at. */
const notOurs = new Set(['.DS_Store', 'desktop.ini', 'Thumbs.db', '.directory']);

/** Throws only the signal's reason. */
export async function verifyPack(files: readonly PackFile[], wishes: CheckWishes = {}): Promise<PackReport> {
  const { byName, twins } = byManifestName(files);
  const counts: PackCounts = { files: 0, bytes: 0, fragments: 0, recordings: 0, vouched: 0 };
  const read = await readSigned(byName);
  if ('finding' in read) {
    const nothing = { manifest: null, fingerprint: null, isSigned: false, sound: new Set<string>() };
    return { ...nothing, findings: [read.finding], passed: false, counts };
  }
  const { manifest, bytes } = read;
  const publicKey = hexToBytes(manifest.key);
  const print = fingerprint(publicKey);
  const isOther = Boolean(wishes.fingerprint && wishes.fingerprint !== print);
  const check = new Check(byName, { manifest, bytes }, wishes, counts);
  const inFiles = await check.files(twins);
  const findings: PackFinding[] = [
    ...read.findings,
    ...(isOther ? [{ is: 'otherKey' } as const] : []),
    ...inFiles,
    ...check.chain(publicKey),
  ];
  return {
    ...{ manifest, fingerprint: print, findings, passed: findings.every(isNote) },
    ...{ isSigned: read.findings.length === 0, sound: check.sound, counts },
  };
}

/** The manifest and what is wrong with its signature; or why there is none. */
async function readSigned(
  files: ReadonlyMap<string, PackFile>,
): Promise<(Signed & { findings: PackFinding[] }) | { finding: PackFinding }> {
  const file = files.get(manifestName);
  if (!file) return { finding: { is: 'noManifest' } };
  const bytes = file.sizeBytes > largestManifestBytes ? null : await readWhole(file);
  const manifest = bytes && readManifest(bytes);
  if (!bytes || manifest === null) return { finding: { is: 'manifestUnread' } };
  if (manifest === 'newer') return { finding: { is: 'manifestNewer' } };
  const signatureFile = files.get(signatureName);
  if (!signatureFile) return { manifest, bytes, findings: [{ is: 'noSignature' }] };
  const signature = signatureFile.sizeBytes === signatureBytes ? await readWhole(signatureFile) : null;
  await othersTurn();
  const isSigned = signature !== null && isEd25519(signature, bytes, hexToBytes(manifest.key));
  return { manifest, bytes, findings: isSigned ? [] : [{ is: 'signature' }] };
}

async function readWhole(file: PackFile): Promise<Uint8Array | null> {
  try {
    const bytes = await file.read(0, file.sizeBytes);
    return bytes.length === file.sizeBytes ? bytes : null;
  } catch {
    return null;
  }
}

class Check {
  readonly #files: ReadonlyMap<string, PackFile>;
  readonly #signed: Signed;
  readonly #manifest: Manifest;
  readonly #wishes: CheckWishes;
  readonly #counts: PackCounts;
  readonly #originals: ReadonlyMap<string, { recording: ManifestRecording; camera: string }>;
  readonly #allBytes: number;
  readonly #marks = new Map<ManifestRecording, { link: Uint8Array | null; last: Uint8Array | null }>();
  /** Names of files that are as they were made. */
  readonly sound = new Set<string>();
  #doneBytes = 0;

  constructor(files: ReadonlyMap<string, PackFile>, signed: Signed, wishes: CheckWishes, counts: PackCounts) {
    const { manifest } = signed;
    this.#files = files;
    this.#signed = signed;
    this.#manifest = manifest;
    this.#wishes = wishes;
    this.#counts = counts;
    this.#originals = new Map(
      manifest.cameras.flatMap(({ recordings, name: camera }) =>
        recordings.map((recording) => [recording.file, { recording, camera }] as const),
      ),
    );
    this.#allBytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async files(twins: readonly PackFile[]): Promise<PackFinding[]> {
    const findings: PackFinding[] = [];
    const missing: Expected[] = [];
    const all = await this.#expected();
    for (const expected of all) {
      const file = this.#files.get(expected.name.normalize('NFC'));
      if (!file) missing.push(expected);
      // There may be more of them than a call takes arguments.
      else for (const one of await this.#file({ ...file, name: expected.name }, expected)) findings.push(one);
    }
    const known = new Set([...all.map(({ name }) => name.normalize('NFC')), manifestName, signatureName]);
    const unknown = [...this.#files].flatMap(([name, file]) => (known.has(name) ? [] : [file]));
    const others = [...unknown, ...twins].filter(({ name }) => !notOurs.has(name.split('/').at(-1) ?? ''));
    const renamed = new Map<string, string>();
    for (const file of missing.length > 0 ? others : []) {
      const fits = missing.filter(({ sizeBytes }) => sizeBytes === file.sizeBytes);
      const sha256 = fits.length > 0 ? await this.#hashOf(file).catch(() => '') : '';
      const same = fits.find((one) => one.sha256 === sha256);
      if (same) renamed.set(same.name, file.name);
    }
    for (const { name } of missing) findings.push({ is: 'missing', file: name, as: renamed.get(name) ?? null });
    const asOthers = new Set(renamed.values());
    for (const { name } of others) if (!asOthers.has(name)) findings.push({ is: 'extra', file: name });
    return findings;
  }

  chain(publicKey: Uint8Array): PackFinding[] {
    const findings: PackFinding[] = [];
    for (const camera of this.#manifest.cameras) {
      const result = verifyChain({ camera, publicKey, marks: this.#marks });
      for (const finding of result.findings) findings.push(finding);
      this.#counts.vouched += result.vouched;
    }
    // Of a file that is not as it was made this is said already.
    return findings.filter((one) => one.is === 'notHere' || !('file' in one) || this.sound.has(one.file));
  }

  /** The checksums are not in the manifest, because they name it. */
  async #expected(): Promise<Expected[]> {
    const { manifest, bytes } = this.#signed;
    const text = utf8ToBytes(checksums(manifest, await this.#sumOf(bytes)));
    return [...manifest.files, { name: checksumsName, sizeBytes: text.length, sha256: await this.#sumOf(text) }];
  }

  async #sumOf(bytes: Uint8Array): Promise<string> {
    const hasher = (this.#wishes.hasher ?? plainHasher)();
    for (let at = 0; at < bytes.length; at += windowBytes) {
      await othersTurn();
      hasher.update(bytes.subarray(at, at + windowBytes));
    }
    return bytesToHex(hasher.digest());
  }

  async #file(file: PackFile, expected: Expected): Promise<PackFinding[]> {
    const original = this.#originals.get(file.name);
    try {
      const findings = original ? await this.#original(file, original, expected) : await this.#plain(file, expected);
      this.#counts.files += 1;
      if (findings.length === 0) this.sound.add(file.name);
      return findings;
    } catch (error) {
      this.#wishes.signal?.throwIfAborted();
      if (error instanceof RangeError || error instanceof TypeError) throw error;
      return [{ is: 'unread', file: file.name }];
    }
  }

  async #original(
    file: PackFile,
    { recording, camera }: { recording: ManifestRecording; camera: string },
    expected: Expected,
  ): Promise<PackFinding[]> {
    const hasher = this.#wishes.hasher ?? plainHasher;
    const worked = (bytes: number): void => this.#worked(bytes);
    const { findings, sha256 } = await verifyOriginal({ file, recording, camera, hasher, worked });
    this.#counts.recordings += 1;
    this.#counts.fragments += here(recording).filter(([kind]) => kind === 'fragment').length;
    if (findings.length > 0) return findings;
    await this.#keepMarks(file, recording);
    const place = { file: file.name, camera, fromMs: recording.startMs, toMs: recording.endMs };
    // The pieces are right and the file is not: the manifest contradicts itself.
    return sha256 === expected.sha256 ? [] : [{ is: 'content', ...place }];
  }

  async #keepMarks(file: PackFile, recording: ManifestRecording): Promise<void> {
    const [head, link] = recording.pieces;
    const last = recording.pieces.at(-1);
    const headBytes = head?.[2] ?? 0;
    const linkBytes = link?.[0] === 'link' && link[3] === 1 ? link[2] : 0;
    const lastBytes = last?.[0] === 'box' && last[3] === 1 ? last[2] : 0;
    this.#marks.set(recording, {
      link: linkBytes > 0 ? await file.read(headBytes, headBytes + linkBytes) : null,
      last: lastBytes > 0 && lastBytes < 2 ** 16 ? await file.read(file.sizeBytes - lastBytes, file.sizeBytes) : null,
    });
  }

  async #plain(file: PackFile, { sizeBytes, sha256 }: Expected): Promise<PackFinding[]> {
    if (file.sizeBytes === sizeBytes && (await this.#hashOf(file)) === sha256) return [];
    const camera = this.#manifest.cameras.find(({ videos }) => videos.some((video) => video.file === file.name));
    const video = camera?.videos.find((one) => one.file === file.name);
    const place = { file: file.name, camera: camera?.name ?? null };
    const span = { fromMs: video?.startMs ?? null, toMs: video?.endMs ?? null };
    return [{ is: 'altered', fromByte: 0, toByte: file.sizeBytes, ...place, ...span }];
  }

  async #hashOf(file: PackFile): Promise<string> {
    const hasher = (this.#wishes.hasher ?? plainHasher)();
    for (let at = 0; at < file.sizeBytes; at += windowBytes) {
      const bytes = await file.read(at, Math.min(file.sizeBytes, at + windowBytes));
      hasher.update(bytes);
      this.#worked(bytes.length);
    }
    return bytesToHex(hasher.digest());
  }

  #worked(bytes: number): void {
    this.#wishes.signal?.throwIfAborted();
    this.#doneBytes += bytes;
    this.#counts.bytes += bytes;
    this.#wishes.onProgress?.(Math.min(this.#doneBytes, this.#allBytes), this.#allBytes);
  }
}

/** Whoever else has work on this thread does it first: a page shows how far the check is. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
