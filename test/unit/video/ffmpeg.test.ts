import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { findFfmpeg, flvCarriesHevc, runFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import { ffmpeg } from './makeMedia.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-ffmpeg-'));
after(() => rmSync(folder, { recursive: true }));

/** A program that answers like an ffmpeg of some version; what tests of the search need. */
function program(name: string, ...lines: string[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

async function found(file: string): Promise<string> {
  const before = process.env['FFMPEG_BIN'];
  process.env['FFMPEG_BIN'] = file;
  try {
    const outcome = await findFfmpeg();
    assert.ok(outcome.ok);
    return `${outcome.value.path === file ? 'this' : 'another'} ${outcome.value.major}.${outcome.value.minor}`;
  } finally {
    if (before === undefined) delete process.env['FFMPEG_BIN'];
    else process.env['FFMPEG_BIN'] = before;
  }
}

const until = (): AbortSignal => AbortSignal.timeout(30_000);
const endless = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=64x48', '-f', 'null', '-'];

test('finds an ffmpeg that works, and knows its version', () => {
  assert.ok(ffmpeg.major >= 5);
  assert.match(ffmpeg.version, /\S/);
});

test(
  'an ffmpeg that does not work, is too old, or is none is passed over',
  { skip: process.platform === 'win32' },
  async () => {
    const old = program('old', 'echo "ffmpeg version 4.4.2"; echo "libavformat    58. 76.100 / 58. 76.100"');
    for (const file of [
      path.join(folder, 'missing'),
      program('broken', 'exit 1'),
      program('other', 'echo hello'),
      old,
    ]) {
      assert.match(await found(file), /^another /, file);
    }
  },
);

test('builds between releases are known by their libavformat', { skip: process.platform === 'win32' }, async () => {
  const build = (name: string, version: string, format: string): string =>
    program(name, `echo "ffmpeg version ${version} Copyright"; echo "libavformat    ${format} / ${format}"`);
  assert.equal(await found(build('n', 'N-113007-g8d24a28d06', '60. 20.100')), 'this 6.1');
  assert.equal(await found(build('r', 'n6.0.1', '60.  3.100')), 'this 6.0');
  assert.equal(await found(build('s', '7.1-essentials', '61.  7.100')), 'this 7.1');
});

test('FLV carries H.265 from ffmpeg 6.1 on', () => {
  const carries = (major: number, minor: number): boolean => flvCarriesHevc({ path: '', version: '', major, minor });
  assert.deepEqual([carries(5, 1), carries(6, 0), carries(6, 1), carries(7, 0)], [false, false, true, true]);
});

test('what a job writes to stdout comes back, and what it reads can be given', async () => {
  async function* samples(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < 50; index++) yield await Promise.resolve(new Uint8Array(16_000));
  }
  const ran = await runFfmpeg(ffmpeg, {
    args: [
      '-v',
      'error',
      '-f',
      's16le',
      '-ar',
      '8000',
      '-ac',
      '1',
      '-i',
      'pipe:0',
      '-f',
      's16le',
      '-ar',
      '4000',
      'pipe:1',
    ],
    input: samples(),
    signal: until(),
  });
  assert.ok(ran.ok);
  assert.ok(Math.abs(ran.value.stdout.length - 400_000) < 2000);
  assert.equal(ran.value.stdout.length, ran.value.stdout.buffer.byteLength);
});

test('a job that fails says so in words without addresses', async () => {
  const ran = await runFfmpeg(ffmpeg, {
    args: ['-i', 'rtsp://user:secret@127.0.0.1:1/x', '-f', 'null', '-'],
    signal: until(),
  });
  assert.ok(!ran.ok && ran.problem.code === 'ffmpegFailed');
  assert.match(ran.problem.reason, /Connection refused/);
  assert.ok(!ran.problem.reason.includes('secret'));
});

test('a job is cancelled by its signal, and ends at its deadline', async () => {
  const cancel = new AbortController();
  const running = runFfmpeg(ffmpeg, { args: endless, signal: cancel.signal });
  cancel.abort();
  assert.deepEqual(await running, { ok: false, problem: { code: 'cancelled' } });
  assert.deepEqual(await runFfmpeg(ffmpeg, { args: endless, signal: cancel.signal }), {
    ok: false,
    problem: { code: 'cancelled' },
  });
  const late = await runFfmpeg(ffmpeg, { args: endless, signal: until(), deadlineMs: 300 });
  assert.ok(!late.ok && late.problem.code === 'ffmpegFailed');
});

test('a job that writes without end is stopped', async () => {
  const noise = ['-v', 'error', '-f', 'lavfi', '-i', 'color=size=1920x1080:rate=1000', '-f', 'rawvideo', 'pipe:1'];
  const ran = await runFfmpeg(ffmpeg, { args: noise, signal: until() });
  assert.deepEqual(ran, { ok: false, problem: { code: 'ffmpegFailed', reason: 'it wrote too much' } });
});

test('an input that breaks is not taken for one that has ended', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new Uint8Array(16_000));
    throw new Error('the disk is gone');
  }
  const args = ['-v', 'error', '-f', 's16le', '-i', 'pipe:0', '-f', 'null', '-'];
  await assert.rejects(runFfmpeg(ffmpeg, { args, input: broken(), signal: until() }), /the disk is gone/);
});

test('an ffmpeg that is not there is a problem, not an error', async () => {
  const gone = { ...ffmpeg, path: path.join(folder, 'missing') };
  assert.deepEqual(await runFfmpeg(gone, { args: [], signal: until() }), {
    ok: false,
    problem: { code: 'ffmpegMissing' },
  });
});

test('progress is told while a job runs', async () => {
  const told: number[] = [];
  const ran = await runFfmpeg(ffmpeg, {
    args: ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=64x48:duration=3', '-f', 'null', '-'],
    signal: until(),
    onProgress: ({ writtenMs }) => told.push(writtenMs),
  });
  assert.ok(ran.ok);
  assert.ok(Math.abs((told.at(-1) ?? 0) - 3000) < 100);
});

test('a job sees nothing of our environment', { skip: process.platform === 'win32' }, async () => {
  process.env['NIGHTJAR_TEST_SECRET'] = 'seen';
  const seen = { ...ffmpeg, path: program('environment', 'env') };
  const ran = await runFfmpeg(seen, { args: [], signal: until() });
  assert.ok(execFileSync('env').includes('NIGHTJAR_TEST_SECRET'), 'another child would see it');
  delete process.env['NIGHTJAR_TEST_SECRET'];
  assert.ok(ran.ok);
  const names = Buffer.from(ran.value.stdout).toString();
  assert.match(names, /^PATH=/m);
  assert.ok(!names.includes('NIGHTJAR_TEST_SECRET'));
});
