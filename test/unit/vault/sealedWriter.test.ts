/** What a sealed file is worth when its writer is killed, or its disk is full. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { SealedReader } from '../../../main/core/vault/sealedReader.ts';
import { SealedWriter } from '../../../main/core/vault/sealedWriter.ts';

const program = fileURLToPath(new URL('appendForever.ts', import.meta.url));
const chunk = 65536;
const { identity, recipient } = makeIdentity();
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-writer-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function readCounting(path: string): Promise<{ sizeBytes: number; complete: boolean }> {
  const opened = await SealedReader.open(path, identity);
  assert.ok(opened.ok);
  const reader = opened.value;
  const read = await reader.read(0, reader.sizeBytes);
  assert.ok(read.ok);
  assert.ok(read.value.every((byte, at) => byte === at % 251));
  await reader.close();
  return { sizeBytes: reader.sizeBytes, complete: reader.complete };
}

test('a writer that is killed loses less than one chunk, and never an older byte', async () => {
  for (const least of [5_000, 200_000, 1_500_000]) {
    const path = join(folder, `${least}.part`);
    const child = spawn(process.execPath, [program, path, recipient], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let appended = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      appended = Number(line);
      if (appended > least) child.kill('SIGKILL');
    }
    await ended;
    const { sizeBytes, complete } = await readCounting(path);
    assert.equal(complete, false);
    assert.ok(appended - sizeBytes <= chunk, `${appended} appended, ${sizeBytes} readable`);
    assert.equal(sizeBytes % chunk, 0);
  }
});

const limited = process.platform === 'win32' && 'needs a limit on the size of files';

test(
  'a disk that takes no more is told as a problem, and what is in the file stays readable',
  { skip: limited },
  async () => {
    // In blocks of 512 bytes: room for the header, four chunks and part of a fifth.
    const script = `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`;
    const path = join(folder, 'full.part');
    const run = spawnSync('sh', ['-c', script, process.execPath, program, path, recipient], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = run.stdout.trim().split('\n').slice(-3);
    assert.match(lines[0] ?? '', /^\{"code":"diskFull","folder":".*","freeBytes":\d+\}$/);
    assert.equal(lines[1], 'true', 'every further append says the same');
    assert.equal(lines[2], `${4 * chunk} ${4 * chunk} ${4 * chunk}`);
    assert.deepEqual(await readCounting(path), { sizeBytes: 4 * chunk, complete: false });
    // Cut back to the last whole chunk, not left torn at the limit.
    assert.ok((await stat(path)).size < 4 * (chunk + 16) + 1000);
  },
);

test('a document that does not fit on the disk leaves the old one, and no other file', { skip: limited }, async () => {
  const own = await mkdtemp(join(folder, 'own-'));
  const path = join(own, 'settings.json.age');
  const source = `
    import { sealToFile } from ${JSON.stringify(new URL('../../../main/core/vault/sealedFile.ts', import.meta.url).href)};
    const [path, recipient] = process.argv.slice(-2);
    await sealToFile(path, [recipient], new Uint8Array(1000));
    const error = await sealToFile(path, [recipient], new Uint8Array(1000000)).catch((one) => one);
    console.log(error.problem.code);`;
  const script = `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`;
  const run = spawnSync('sh', ['-c', script, process.execPath, '--input-type=module', '-e', source, path, recipient], {
    encoding: 'utf8',
  });
  assert.equal(run.stdout, 'diskFull\n', run.stderr);
  assert.deepEqual(await readdir(own), ['settings.json.age']);
  const opened = await SealedReader.open(path, identity);
  assert.ok(opened.ok);
  assert.equal(opened.value.sizeBytes, 1000);
  await opened.value.close();
});

test('a writer that is closed or finished can be closed again, and read up to then', async () => {
  const writer = await SealedWriter.create(join(folder, 'closed.part'), [recipient]);
  await writer.append(new Uint8Array(100_000));
  assert.equal((await writer.read(99_990, 100)).length, 10);
  assert.equal((await writer.read(-5, 3)).length, 3);
  assert.equal((await writer.read(200_000, 5)).length, 0);
  await writer.finish();
  assert.equal(writer.writtenBytes, 100_000);
  await Promise.all([writer.close(), writer.close()]);
  await assert.rejects(writer.read(0, 1), /closed/);
  await assert.rejects(writer.append(new Uint8Array(1)), /closed/);
});
