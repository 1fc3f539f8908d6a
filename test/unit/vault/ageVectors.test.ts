/**
 * The public test vectors of the age format (C2SP CCTV): everything that an unarmoured X25519 or passphrase file can
 * hold, sound or broken, with what a reader must make of it and which bytes it may hand out before it refuses.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import type { Opener } from '../../../main/core/vault/header.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { openFile } from '../../../main/core/vault/sealedFile.ts';
import { SealedReader } from '../../../main/core/vault/sealedReader.ts';

interface Vector {
  name: string;
  expect: string;
  /** SHA-256 of all plain text that may be handed out. */
  payload: string | undefined;
  openers: Opener[];
  file: Uint8Array;
}

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-vectors-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

/** null for a vector of another kind: armour, hybrid keys. */
function readVector(name: string, bytes: Uint8Array): Vector | null {
  const end = Buffer.from(bytes).indexOf('\n\n');
  const fields = new TextDecoder()
    .decode(bytes.subarray(0, end))
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
  const all = (key: string): string[] => fields.filter(([one]) => one === key).map(([, value]) => value);
  if (all('armored').length > 0) return null;
  const openers: Opener[] = all('passphrase').map((passphrase) => ({ passphrase }));
  for (const secret of all('identity')) {
    const identity = identityFromSecret(secret);
    if (!identity) return null;
    openers.push(identity);
  }
  const payload = bytes.subarray(end + 2);
  const file = all('compressed')[0] === 'zlib' ? inflateSync(payload) : payload;
  return { name, expect: all('expect')[0] ?? '', payload: all('payload')[0], openers, file };
}

/** Every byte that the reader hands out, from the start until it refuses. */
async function handOut(path: string, opener: Opener): Promise<Uint8Array | null> {
  const opened = await SealedReader.open(path, opener);
  if (!opened.ok) return null;
  const reader = opened.value;
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < reader.sizeBytes; offset += 65536) {
    const read = await reader.read(offset, 65536);
    if (!read.ok) break;
    pieces.push(read.value);
  }
  await reader.close();
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A full chunk that is marked as the last, with more after it. The reference reads in order and has handed the chunk
 * out before it sees the rest; this reader knows the size of the file, and hands out only what lies before that chunk.
 */
const stricter: Record<string, number> = {
  stream_trailing_garbage_long: 0,
  stream_trailing_garbage_short: 0,
  stream_two_final_chunks: 0,
  stream_two_final_chunks_full: 0,
  stream_two_final_chunks_second: 65536,
};

const kinds = new Map<string, number>();

for (const [name, bytes] of Object.entries(vectors)) {
  if (!(bytes instanceof Uint8Array)) continue;
  const vector = readVector(name, bytes);
  if (!vector || vector.openers.length === 0) continue;
  kinds.set(vector.expect, (kinds.get(vector.expect) ?? 0) + 1);
  test(`age vector ${name}: ${vector.expect}`, async () => {
    const path = join(folder, name);
    await writeFile(path, vector.file);
    const outcomes = await Promise.all(vector.openers.map((opener) => openFile(path, opener)));
    const opened = outcomes.find((outcome) => outcome.ok);
    if (vector.expect === 'success') {
      assert.ok(opened?.ok);
      assert.equal(sha256(opened.value), vector.payload);
      return;
    }
    assert.equal(opened, undefined);
    for (const outcome of outcomes) assert.ok(!outcome.ok && outcome.problem.code === 'vaultDamaged');
    for (const opener of vector.openers) {
      const out = await handOut(path, opener);
      if (vector.expect !== 'payload failure') assert.equal(out, null);
      else if (name in stricter) assert.equal(out?.length ?? 0, stricter[name]);
      else if (out !== null) assert.equal(sha256(out), vector.payload);
      else assert.equal(vector.payload, sha256(new Uint8Array(0)));
    }
  });
}

test('the vectors cover every kind of outcome', () => {
  for (const [kind, least] of [
    ['success', 8],
    ['header failure', 20],
    ['HMAC failure', 1],
    ['payload failure', 10],
    ['no match', 2],
  ] as const) {
    assert.ok((kinds.get(kind) ?? 0) >= least, `${kind}: ${kinds.get(kind) ?? 0}`);
  }
});
