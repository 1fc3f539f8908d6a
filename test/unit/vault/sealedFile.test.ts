import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { headerSizeBytes } from '../../../main/core/vault/header.ts';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { openFile, sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { SealedReader } from '../../../main/core/vault/sealedReader.ts';
import { SealedWriter } from '../../../main/core/vault/sealedWriter.ts';
import { VaultError } from '../../../main/core/vault/vaultError.ts';

const chunk = 65536;
const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 20 * chunk, 40 * chunk + 17];
const { identity, recipient } = makeIdentity();
let folder = '';
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-sealed-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

function newPath(): string {
  count += 1;
  return join(folder, `${count}.age`);
}

/** Bytes that differ everywhere, so that a chunk in the wrong place shows. */
function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let nth = 0; nth < words.length; nth += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[nth] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

async function sealPieces(path: string, bytes: Uint8Array, pieces: readonly number[]): Promise<void> {
  const writer = await SealedWriter.create(path, [recipient]);
  let at = 0;
  for (const piece of pieces) {
    await writer.append(bytes.subarray(at, at + piece));
    at += piece;
  }
  await writer.append(bytes.subarray(at));
  await writer.finish();
  await writer.close();
}

async function openReader(path: string): Promise<SealedReader> {
  const opened = await SealedReader.open(path, identity);
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

/** What Debian's age opens it to; null when age refuses it. */
async function openWithAge(path: string, secret: string): Promise<Buffer | null> {
  const keyFile = join(folder, 'key.txt');
  await writeFile(keyFile, `${secret}\n`);
  const run = spawnSync('age', ['--decrypt', '--identity', keyFile, path], { maxBuffer: 2 ** 27 });
  return run.status === 0 ? run.stdout : null;
}

for (const size of sizes) {
  test(`a sealed file of ${size} bytes opens here, with the stock age tool and with age-encryption`, async () => {
    const path = newPath();
    const bytes = pattern(size);
    await sealToFile(path, [recipient], bytes);
    const ours = await openFile(path, identity);
    assert.ok(ours.ok);
    assert.deepEqual(ours.value, bytes);
    const theirs = await openWithAge(path, identity.toSecretString());
    assert.ok(theirs?.equals(bytes));
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.toSecretString());
    assert.deepEqual(await decrypter.decrypt(await readFile(path)), bytes);
  });

  test(`what the stock age tool and age-encryption seal of ${size} bytes opens here`, async () => {
    const bytes = pattern(size, 2);
    const byAge = newPath();
    const run = spawnSync('age', ['--encrypt', '--recipient', recipient, '--output', byAge], { input: bytes });
    assert.equal(run.status, 0, run.stderr.toString());
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const byLibrary = newPath();
    await writeFile(byLibrary, await encrypter.encrypt(bytes));
    for (const path of [byAge, byLibrary]) {
      const opened = await openFile(path, identity);
      assert.ok(opened.ok);
      assert.deepEqual(opened.value, bytes);
    }
  });
}

test('bytes appended in any pieces are read back as one, at any offset, while open and when finished', async () => {
  const piece = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.constantFrom(chunk - 1, chunk, chunk + 1, 3 * chunk),
    fc.integer({ min: 0, max: 5 * chunk }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 3 * chunk }))),
      async (pieces, reads) => {
        const path = newPath();
        const bytes = pattern(pieces.reduce((sum, length) => sum + length, 0));
        const writer = await SealedWriter.create(path, [recipient]);
        let at = 0;
        for (const length of pieces) {
          await writer.append(bytes.subarray(at, at + length));
          at += length;
          assert.equal(writer.sizeBytes, at);
          assert.ok(at - writer.writtenBytes <= chunk);
        }
        for (const [where, length] of reads) {
          const offset = Math.floor(where * bytes.length);
          assert.deepEqual(await writer.read(offset, length), bytes.slice(offset, offset + length));
        }
        await writer.finish();
        await writer.close();
        const reader = await openReader(path);
        assert.ok(reader.complete);
        assert.equal(reader.sizeBytes, bytes.length);
        // All at once: reads do not disturb each other.
        await Promise.all(
          reads.map(async ([where, length]) => {
            const offset = Math.floor(where * bytes.length);
            const read = await reader.read(offset, length);
            assert.ok(read.ok);
            assert.deepEqual(read.value, bytes.slice(offset, offset + length));
          }),
        );
        await reader.close();
        await rm(path);
      },
    ),
    { numRuns: 40, seed: 1 },
  );
});

test('appends that are not awaited keep their order', async () => {
  const path = newPath();
  const bytes = pattern(5 * chunk);
  const writer = await SealedWriter.create(path, [recipient]);
  const appends: Promise<void>[] = [];
  for (let at = 0; at < bytes.length; at += 7777) appends.push(writer.append(bytes.subarray(at, at + 7777)));
  await Promise.all(appends);
  await writer.finish();
  await writer.close();
  const opened = await openFile(path, identity);
  assert.ok(opened.ok);
  assert.deepEqual(opened.value, bytes);
});

test('a file opens to every one of its recipients, and to nobody else', async () => {
  const partner = makeIdentity();
  const stranger = makeIdentity();
  const path = newPath();
  await sealToFile(path, [recipient, partner.recipient], pattern(1000));
  for (const one of [identity, partner.identity]) {
    const opened = await openFile(path, one);
    assert.ok(opened.ok);
    assert.deepEqual(opened.value, pattern(1000));
  }
  assert.ok(await openWithAge(path, partner.identity.toSecretString()));
  const refused = await openFile(path, stranger.identity);
  assert.deepEqual(refused, { ok: false, problem: { code: 'vaultDamaged', file: `${count}.age` } });
  assert.equal(await openWithAge(path, stranger.identity.toSecretString()), null);
});

test('a file that is cut off anywhere reads exactly its whole chunks, and says that it is not complete', async () => {
  const whole = newPath();
  const bytes = pattern(3 * chunk + 100);
  await sealToFile(whole, [recipient], bytes);
  const sealed = await readFile(whole);
  const headerBytes = headerSizeBytes(sealed);
  assert.ok(headerBytes);
  const payload = headerBytes + 16;
  const path = newPath();
  const ends = [payload, payload + 1, payload + 15, payload + 16, payload + 17, payload + chunk + 15];
  for (const chunks of [1, 2, 3]) {
    const end = payload + chunks * (chunk + 16);
    ends.push(end - 1, end, end + 1, end + 15, end + 16, end + 17);
  }
  for (const end of [...ends, sealed.length - 1]) {
    await writeFile(path, sealed.subarray(0, end));
    const reader = await openReader(path);
    const readable = Math.floor((end - payload) / (chunk + 16)) * chunk;
    assert.equal(reader.complete, false, `cut to ${end}`);
    assert.equal(reader.sizeBytes, readable, `cut to ${end}`);
    const read = await reader.read(0, bytes.length);
    assert.ok(read.ok);
    assert.deepEqual(read.value, bytes.slice(0, readable));
    assert.deepEqual(await reader.verify(AbortSignal.timeout(10_000)), { ok: true, value: null });
    await reader.close();
    const asDocument = await openFile(path, identity);
    assert.equal(asDocument.ok, false);
  }
});

test('a file that ends in bytes that were never written reads up to its last whole chunk', async () => {
  const path = newPath();
  const bytes = pattern(3 * chunk + 100);
  await sealToFile(path, [recipient], bytes);
  const { size } = await stat(path);
  // What a power cut leaves where the length reached the disk and the bytes did not: zeros, here for 2 chunks.
  await truncate(path, size - chunk);
  await truncate(path, size + 2 * chunk);
  const reader = await openReader(path);
  assert.equal(reader.complete, false);
  assert.equal(reader.sizeBytes, 2 * chunk);
  await reader.close();
});

test('every truncation and every flipped bit of a small file is noticed', async () => {
  const path = newPath();
  await sealToFile(path, [recipient], new TextEncoder().encode('canary'));
  const sealed = await readFile(path);
  const genuine = await openFile(path, identity);
  assert.ok(genuine.ok, 'the untouched file opens: the check can tell');
  for (let end = 0; end < sealed.length; end += 1) {
    await writeFile(path, sealed.subarray(0, end));
    const opened = await openFile(path, identity);
    assert.equal(opened.ok, false, `cut to ${end} bytes`);
  }
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    await writeFile(path, altered);
    const opened = await openFile(path, identity);
    assert.equal(opened.ok, false, `bit ${bit}`);
  }
});

test('a damaged chunk is told as a problem, and the chunks around it still open', async () => {
  const path = newPath();
  const bytes = pattern(4 * chunk);
  await sealToFile(path, [recipient], bytes);
  const sealed = await readFile(path);
  const inSecond = (headerSizeBytes(sealed) ?? 0) + 16 + (chunk + 16) + 1234;
  sealed.writeUInt8(sealed.readUInt8(inSecond) ^ 1, inSecond);
  await writeFile(path, sealed);
  const reader = await openReader(path);
  const problem = { ok: false, problem: { code: 'vaultDamaged', file: `${count}.age` } };
  assert.deepEqual(await reader.read(chunk - 1, 2), problem);
  assert.deepEqual(await reader.read(chunk + 5, 1), problem);
  assert.deepEqual(await reader.verify(AbortSignal.timeout(10_000)), problem);
  for (const offset of [0, 2 * chunk, 3 * chunk]) {
    const read = await reader.read(offset, chunk);
    assert.ok(read.ok);
    assert.deepEqual(read.value, bytes.slice(offset, offset + chunk));
  }
  await reader.close();
});

test('swapped, repeated and missing chunks are noticed', async () => {
  const path = newPath();
  await sealToFile(path, [recipient], pattern(4 * chunk));
  const sealed = await readFile(path);
  const payload = (headerSizeBytes(sealed) ?? 0) + 16;
  const start = sealed.subarray(0, payload);
  const chunks = [0, 1, 2, 3].map((nth) =>
    sealed.subarray(payload + nth * (chunk + 16), payload + (nth + 1) * (chunk + 16)),
  );
  const orders = [[1, 0, 2, 3], [0, 0, 1, 2, 3], [0, 1, 3], [0, 1, 2], [3], [0, 1, 2, 3, 3]];
  for (const order of orders) {
    await writeFile(path, Buffer.concat([start, ...order.map((nth) => chunks[nth] ?? Buffer.alloc(0))]));
    const opened = await openFile(path, identity);
    assert.equal(opened.ok, false, order.join(' '));
  }
});

test('what was written survives a program that never finished or closed the file', async () => {
  const path = newPath();
  const bytes = pattern(3 * chunk + 500);
  const writer = await SealedWriter.create(path, [recipient]);
  await writer.append(bytes);
  const reader = await openReader(path);
  assert.equal(reader.complete, false);
  assert.equal(reader.sizeBytes, writer.writtenBytes);
  assert.equal(reader.sizeBytes, 3 * chunk);
  await reader.close();
  await writer.close();
  await writer.close();
});

test('finish gives the file its last name, and nothing else stays in the folder', async () => {
  const own = await mkdtemp(join(folder, 'own-'));
  const part = join(own, '1.mp4.age.part');
  const writer = await SealedWriter.create(part, [recipient]);
  await writer.append(pattern(100));
  await writer.finish(join(own, '1-2.mp4.age'));
  await writer.close();
  assert.deepEqual(await readdir(own), ['1-2.mp4.age']);
  assert.equal((await stat(join(own, '1-2.mp4.age'))).mode & 0o777, 0o600);
  await assert.rejects(writer.append(pattern(1)), /finished or closed/);
});

test('a file that exists is never written over by a writer', async () => {
  const path = newPath();
  await writeFile(path, 'kept');
  await assert.rejects(
    SealedWriter.create(path, [recipient]),
    (error) => error instanceof VaultError && error.problem.code === 'fileExists',
  );
  assert.equal(await readFile(path, 'utf8'), 'kept');
});

test('a folder that is not there is a problem of the vault, not a crash', async () => {
  await assert.rejects(
    SealedWriter.create(join(folder, 'gone', 'x.age'), [recipient]),
    (error) => error instanceof VaultError && error.problem.code === 'vaultMissing',
  );
  assert.deepEqual(await openFile(join(folder, 'gone.age'), identity), { ok: false, problem: { code: 'gone' } });
});

test('replacing a file keeps the old one until the new one is whole, and leaves no other file', async () => {
  const own = await mkdtemp(join(folder, 'own-'));
  const path = join(own, 'settings.json.age');
  for (const size of [10, 100_000, 3]) {
    await sealToFile(path, [recipient], pattern(size));
    const opened = await openFile(path, identity);
    assert.ok(opened.ok);
    assert.equal(opened.value.length, size);
    assert.deepEqual(await readdir(own), ['settings.json.age']);
  }
});

test('a canary in the plain text is nowhere in the sealed bytes', async () => {
  const canary = 'the-front-door-camera-is-at-192.168.7.7';
  const plain = Buffer.alloc(200_000, `${canary} `);
  const path = newPath();
  await sealPieces(path, plain, [10, 70_000, 1]);
  assert.equal((await readFile(path)).includes(canary), false);
  const control = newPath();
  await writeFile(control, plain);
  assert.ok((await readFile(control)).includes(canary), 'the search finds it where it is');
});
