/**
 * What sealing costs, in three questions, each against the same without sealing in the same run:
 * (a) in memory: bytes per CPU-second of the bare STREAM, and of the vault's own writer and reader on a file system in
 *     memory (/dev/shm). Bound: sealing 1 GB per CPU-second or more.
 * (b) on this disk: the same writer and reader beside plain writes and reads of the same sizes in the same rhythm of
 *     fdatasync. Reads come from the page cache, on both sides: what is measured is the work, not the disk.
 * (c) 16 cameras at real pace, recorded by the real recorder in a process of its own, sealed and not sealed in turn: CPU
 *     of that process. Bound: at most 2 % of one core more. Every recorder ends one recording in 20 s, three times as
 *     often as in the app. The fragments are given from memory: cameras, ffmpeg and screen are not in it (`bench:record`).
 * Beside (b), what a user would pick instead: `age -r`, `cp`, and gocryptfs where it is installed and may be mounted.
 * Medians of several rounds; GB are 10^9 bytes; CPU is user and system time, on all threads.
 */
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';
import { makeIdentity } from '../../main/core/vault/keys.ts';
import { SealedReader } from '../../main/core/vault/sealedReader.ts';
import { SealedWriter } from '../../main/core/vault/sealedWriter.ts';
import { chunkBytes, sealedChunkBytes, StreamKey } from '../../main/core/vault/stream.ts';
import { processes, percentile, report, rounded, type Row } from './measure.ts';
import { makeFootageFile } from './paceFootage.ts';
import { SealedWriter as PlainWriter } from './plainWriter.ts';
import type { PaceResult, PaceTask } from './recordPace.ts';

const totalBytes = 512 * 1024 * 1024;
/** About a second of a camera with 4 Mbit/s. */
const pieceBytes = 8 * chunkBytes;
const rounds = 5;
const paceRounds = 3;
const run = promisify(execFile);

const above = mkdtempSync(path.join(os.tmpdir(), 'nightjar-bench-'));
const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/nightjar-bench-') : above;
const rows: Row[] = [];

interface Cost {
  cpuSeconds: number;
  seconds: number;
}

async function costOf(work: () => Promise<void> | void): Promise<Cost> {
  const [before, beganMs] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - beganMs) / 1000 };
}

function median(values: number[]): number {
  return percentile(values, 50) ?? 0;
}

/** Said at once too: the whole takes minutes. */
function add(row: Row): void {
  rows.push(row);
  console.log(JSON.stringify(row));
}

function tell(what: string, costs: Cost[]): void {
  add({
    what,
    gigabytesPerCpuSecond: rounded(totalBytes / 1e9 / median(costs.map(({ cpuSeconds }) => cpuSeconds)), 2),
    gigabytesPerSecond: rounded(totalBytes / 1e9 / median(costs.map(({ seconds }) => seconds)), 2),
  });
}

const pieces = Array.from({ length: 8 }, () => randomBytes(pieceBytes));
function* everyPiece(): Generator<Buffer> {
  for (let nth = 0; nth < totalBytes / pieceBytes; nth++) yield pieces[nth % pieces.length] ?? Buffer.alloc(0);
}

const { identity } = makeIdentity();
const recipients = [identity.recipient];

async function writeSealed(file: string): Promise<void> {
  const writer = await SealedWriter.create(file, recipients);
  for (const piece of everyPiece()) await writer.append(piece);
  await writer.finish();
  await writer.close();
}

async function readSealed(file: string): Promise<void> {
  const opened = await SealedReader.open(file, identity);
  if (!opened.ok) throw new Error('what was sealed does not open');
  for (let offset = 0; offset < totalBytes; offset += pieceBytes) {
    const read = await opened.value.read(offset, pieceBytes);
    if (!read.ok || read.value.length !== pieceBytes) throw new Error('what was sealed does not open');
  }
  await opened.value.close();
}

async function writePlain(file: string): Promise<void> {
  const writer = await PlainWriter.create(file);
  for (const piece of everyPiece()) await writer.append(piece);
  await writer.finish();
  await writer.close();
}

async function readPlain(file: string): Promise<void> {
  const opened = await open(file, 'r');
  for (let offset = 0; offset < totalBytes; offset += pieceBytes) {
    await opened.read(new Uint8Array(pieceBytes), 0, pieceBytes, offset);
  }
  await opened.close();
}

function sealBare(key: StreamKey, sealed: Uint8Array): void {
  for (let chunk = 0; chunk < totalBytes / chunkBytes; chunk++) {
    const plain = pieces[chunk % pieces.length]?.subarray(0, chunkBytes);
    if (plain) key.seal(chunk, false, plain, sealed);
  }
}

function openBare(key: StreamKey, sealed: Uint8Array, plain: Uint8Array): void {
  for (let chunk = 0; chunk < totalBytes / chunkBytes; chunk++) {
    if (!key.open(0, false, sealed, plain)) throw new Error('what was sealed does not open');
  }
}

async function bare(): Promise<void> {
  const key = new StreamKey(randomBytes(16), randomBytes(16));
  const sealed = new Uint8Array(sealedChunkBytes);
  const plain = new Uint8Array(chunkBytes);
  const costs: { seal: Cost[]; open: Cost[] } = { seal: [], open: [] };
  for (let round = 0; round < rounds; round++) {
    costs.seal.push(await costOf(() => sealBare(key, sealed)));
    key.seal(0, false, plain, sealed);
    costs.open.push(await costOf(() => openBare(key, sealed, plain)));
  }
  key.wipe();
  tell('(a) bare STREAM, seal', costs.seal);
  tell('(a) bare STREAM, open', costs.open);
}

/** Sealed and plain in turn, each round the other way round. */
async function files(name: string, folder: string): Promise<void> {
  const costs = new Map<string, Cost[]>();
  const jobs: [string, () => Promise<void>][] = [
    ['sealed write', () => writeSealed(path.join(folder, 'sealed'))],
    ['plain write', () => writePlain(path.join(folder, 'plain'))],
    ['sealed read', () => readSealed(path.join(folder, 'sealed'))],
    ['plain read', () => readPlain(path.join(folder, 'plain'))],
  ];
  for (let round = 0; round < rounds; round++) {
    for (const file of ['sealed', 'plain']) rmSync(path.join(folder, file), { force: true });
    const [writes, reads] = [jobs.slice(0, 2), jobs.slice(2)];
    const order = round % 2 === 0 ? [...writes, ...reads] : [...writes.reverse(), ...reads.reverse()];
    for (const [what, job] of order) costs.set(what, [...(costs.get(what) ?? []), await costOf(job)]);
  }
  for (const file of ['sealed', 'plain']) rmSync(path.join(folder, file), { force: true });
  for (const [what] of jobs) tell(`${name} ${what}`, costs.get(what) ?? []);
}

/** User and system seconds of a program, as the shell counts them. */
function costOfProgram(...command: string[]): Cost | null {
  const beganMs = performance.now();
  const script = 'TIMEFORMAT="%U %S"; time "$@"';
  const done = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  if (done.status !== 0) return null;
  const [user = NaN, system = NaN] = (done.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpuSeconds: user + system, seconds: (performance.now() - beganMs) / 1000 };
}

function programs(): void {
  const source = path.join(above, 'source');
  const handle = path.join(above, 'copy');
  writeFileSync(source, Buffer.concat([...everyPiece()]));
  const commands: [string, string[]][] = [
    ['(b) beside it: cp and sync', ['sh', '-c', `cp "${source}" "${handle}" && sync "${handle}"`]],
    ['(b) beside it: age -r', ['age', '-r', identity.recipient, '-o', handle, source]],
  ];
  for (const [what, command] of commands) {
    const costs: Cost[] = [];
    for (let round = 0; round < 3; round++) {
      rmSync(handle, { force: true });
      const cost = costOfProgram(...command);
      if (cost) costs.push(cost);
    }
    if (costs.length > 0) tell(what, costs);
    else console.log(`${what}: not here`);
  }
  gocryptfs(source);
  rmSync(source);
  rmSync(handle, { force: true });
}

/** An encrypted folder for any program: its own process and whoever copies into it. */
function gocryptfs(source: string): void {
  const [cipher, plain] = [path.join(above, 'cipher'), path.join(above, 'mounted')];
  for (const folder of [cipher, plain]) mkdirSync(folder);
  const options = ['-q', '-extpass', 'echo bench'];
  const ready =
    spawnSync('gocryptfs', [...options, '-init', cipher]).status === 0 &&
    spawnSync('gocryptfs', [...options, cipher, plain]).status === 0;
  if (!ready) {
    console.log('gocryptfs: not here, or it may not be mounted');
    return;
  }
  const cpuOf = (): number =>
    processes().reduce((sum, one) => sum + (one.command === 'gocryptfs' ? one.cpuSeconds : 0), 0);
  const costs: Cost[] = [];
  for (let round = 0; round < 3; round++) {
    const before = cpuOf();
    const target = path.join(plain, 'copy');
    const copied = costOfProgram('sh', '-c', `cp "${source}" "${target}" && sync "${target}"`);
    if (copied) costs.push({ ...copied, cpuSeconds: copied.cpuSeconds + cpuOf() - before });
    rmSync(target, { force: true });
  }
  spawnSync('umount', [plain]);
  if (costs.length > 0) tell('(b) beside it: cp into gocryptfs', costs);
}

async function atPace(bitsPerSecond: number, plain: boolean, footage: string): Promise<PaceResult> {
  const folder = mkdtempSync(path.join(above, 'pace-'));
  const task: PaceTask = { folder, footage, cameras: 16, settleMs: 4000, measuredMs: 20_000 };
  const here = import.meta.dirname;
  const hooks = plain ? ['--import', path.join(here, 'plainHooks.ts')] : [];
  const { stdout } = await run(process.execPath, [...hooks, path.join(here, 'recordPace.ts'), JSON.stringify(task)]);
  // The other process's own line, in the form that it exports.
  const result = JSON.parse(stdout) as PaceResult;
  if (result.writer !== (plain ? 'plain' : 'sealed')) throw new Error('the other writer recorded');
  if (result.bytesPerSecond * 8 < bitsPerSecond * 16 * 0.8) throw new Error('the pace was not kept');
  return result;
}

async function sixteenCameras(): Promise<void> {
  const ffmpeg = await findFfmpeg();
  if (!ffmpeg.ok) throw new Error('ffmpeg is missing');
  for (const bitsPerSecond of [2_000_000, 4_000_000]) {
    const footage = path.join(above, `${bitsPerSecond}.mp4`);
    makeFootageFile(footage, ffmpeg.value.path, bitsPerSecond);
    const results: { sealed: PaceResult[]; plain: PaceResult[] } = { sealed: [], plain: [] };
    for (let round = 0; round < paceRounds; round++) {
      const order = round % 2 === 0 ? (['sealed', 'plain'] as const) : (['plain', 'sealed'] as const);
      for (const kind of order) results[kind].push(await atPace(bitsPerSecond, kind === 'plain', footage));
    }
    const cpu = (kind: 'sealed' | 'plain'): number => median(results[kind].map(({ cpuPercent }) => cpuPercent));
    const more = results.sealed.map(({ cpuPercent }, nth) => cpuPercent - (results.plain[nth]?.cpuPercent ?? 0));
    const megabytesPerSecond = median(results.sealed.map(({ bytesPerSecond: one }) => one)) / 1e6;
    add({
      what: `(c) 16 cameras of ${bitsPerSecond / 1e6} Mbit/s`,
      megabytesPerSecond: rounded(megabytesPerSecond),
      sealedCpuPercent: rounded(cpu('sealed'), 2),
      plainCpuPercent: rounded(cpu('plain'), 2),
      moreCpuPercent: rounded(median(more), 2),
      mostMoreCpuPercent: rounded(Math.max(...more), 2),
    });
  }
}

try {
  await bare();
  await files('(a) in memory,', memory);
  await files('(b) on this disk,', above);
  programs();
  await sixteenCameras();
} finally {
  identity.wipe();
  for (const folder of [above, memory]) rmSync(folder, { recursive: true, force: true });
}
report('vault', rows);
