/**
 * Looks into a vault from outside, with the identity: which recordings are there, whether each opens whole, which
 * pictures it holds, and that none that was finished ever changes or goes. What is wrong is told in sentences.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { vaultDocuments } from '../../main/app/vaultDocuments.ts';
import { type Finding, weightOf } from '../../main/contract/check.ts';
import { readFinishedName } from '../../main/core/library/recordingName.ts';
import { checkVault } from '../../main/core/recorder/checkVault.ts';
import { openFile } from '../../main/core/vault/sealedFile.ts';
import type { Identity } from '../../main/core/vault/keys.ts';
import type { KnownFilm } from './truth.ts';

export interface Recording {
  file: string;
  cameraId: string;
  startMs: number;
  endMs: number;
  /** Of the sealed bytes. */
  hash: string;
  sealedBytes: number;
  plainBytes: number;
  /** Places in the film's loop. */
  pictures: (number | null)[];
  pictureBytes: number;
}

export class Archive {
  readonly folder: string;
  readonly recordings = new Map<string, Recording>();
  readonly #identity: Identity;
  readonly #filmOf: (cameraId: string) => KnownFilm | undefined;

  constructor(folder: string, identity: Identity, filmOf: (cameraId: string) => KnownFilm | undefined) {
    this.folder = folder;
    this.#identity = identity;
    this.#filmOf = filmOf;
  }

  /** What was taken up, to be looked for in a copy of the folder. */
  at(folder: string): Archive {
    const other = new Archive(folder, this.#identity, this.#filmOf);
    for (const [file, recording] of this.recordings) other.recordings.set(file, recording);
    return other;
  }

  /** Takes up finished recordings that began before then; every one that was taken up before must be as it was. */
  async look(beganBeforeMs: number): Promise<string[]> {
    const wrong: string[] = [];
    const there = new Set(globSync('recordings/*/*/*-*.mp4.age', { cwd: this.folder }));
    for (const [file, { sealedBytes }] of this.recordings) {
      if (!there.has(file)) wrong.push(`${file} was finished and is gone`);
      else if (statSync(path.join(this.folder, file)).size !== sealedBytes)
        wrong.push(`${file} was finished and changed`);
    }
    for (const file of there) {
      const span = readFinishedName(path.basename(file));
      if (!span || span.startMs >= beganBeforeMs || this.recordings.has(file)) continue;
      const recording = await this.#read(file, span);
      if (typeof recording === 'string') wrong.push(recording);
      else this.recordings.set(file, recording);
    }
    return wrong;
  }

  /** Every byte of every recording that was taken up is what it was. */
  compareHashes(): string[] {
    return [...this.recordings.values()]
      .filter(({ file, hash }) => hashOf(readFileSync(path.join(this.folder, file))) !== hash)
      .map(({ file }) => `${file} was finished and its bytes changed`);
  }

  of(cameraId: string): Recording[] {
    const own = [...this.recordings.values()].filter((one) => one.cameraId === cameraId);
    return own.sort((one, other) => one.startMs - other.startMs);
  }

  async #read(file: string, span: { startMs: number; endMs: number }): Promise<Recording | string> {
    const place = path.join(this.folder, file);
    const opened = await openFile(place, this.#identity);
    if (!opened.ok) return `${file} does not open whole: ${opened.problem.code}`;
    const cameraId = file.split(path.sep)[1] ?? '';
    const film = this.#filmOf(cameraId);
    const pictures = film?.picturesIn(opened.value) ?? [];
    if (pictures.includes(null)) return `${file} holds a picture that the camera never sent`;
    return {
      ...{ file, cameraId, ...span, pictures },
      hash: hashOf(readFileSync(place)),
      sealedBytes: statSync(place).size,
      plainBytes: opened.value.length,
      pictureBytes: pictures.reduce<number>((sum, one) => sum + (one === null ? 0 : (film?.sizeOf(one) ?? 0)), 0),
    };
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the program's own check finds, by weight. Nobody may have the vault open. */
export async function checked(
  folder: string,
  identity: Identity,
): Promise<{ damage: Finding[]; unexplained: Finding[]; repairable: Finding[]; notes: Finding[] }> {
  const report = await checkVault(folder, identity, { documents: vaultDocuments });
  if (!report.ok) throw new Error(`the vault cannot be checked: ${report.problem.code}`);
  const { findings } = report.value;
  const by = (weight: string): Finding[] =>
    findings.filter((one) => one.kind !== 'unexplained' && weightOf(one) === weight);
  return {
    damage: by('damage'),
    unexplained: findings.filter(({ kind }) => kind === 'unexplained'),
    repairable: by('repairable'),
    notes: by('note'),
  };
}
