/**
 * resources/open-vault.mjs, run as its user would, on a vault that our own code recorded: what it writes is what any
 * ffmpeg plays, it goes on where it was stopped, and it says what is damaged.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EventStore } from '../../../main/core/library/eventStore.ts';
import { Library } from '../../../main/core/library/library.ts';
import { createVault, Vault } from '../../../main/core/vault/folder.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { localDay, localStamp } from '../../../main/core/exporter/stamps.ts';
import { cameraId, decode, makeFootage, openWithAge, probe, recordRun, tenMs, until } from '../recorder/footage.ts';

const script = path.resolve(import.meta.dirname, '../../../resources/open-vault.mjs');
const words = makeWords();
const camera = 'Front door';
const headerBytes = 168 + 16;
let above = '';
let vault: Vault;
/** The day's folder in the vault. */
let day = '';
before(async () => {
  above = mkdtempSync(path.join(tmpdir(), 'nightjar-open-'));
  const made = await createVault(path.join(above, 'vault'), words);
  assert.ok(made.ok);
  vault = made.value;
  const cameras = { version: 1, value: { cameras: [{ id: cameraId, name: 'Front/door' }] } };
  await sealToFile(vault.path('cameras.json.age'), vault.recipients, Buffer.from(JSON.stringify(cameras)));
  const library = new Library({ vault });
  const footage = makeFootage({ seconds: 12, size: '640x360', sound: true });
  const recorder = await recordRun({ vault, library, limits: { recordingMs: 4000 } }, footage, tenMs);
  await recorder.close();
  await library.close();
  day = path.join('recordings', cameraId, '2026-11-20');
});
after(() => rmSync(above, { recursive: true, force: true }));

let copies = 0;
/** A copy of the vault to be damaged, and an empty folder beside it. */
function copy(): { from: string; to: string; files: string[] } {
  const from = path.join(above, `vault-${++copies}`);
  cpSync(vault.folder, from, { recursive: true });
  const files = globSync('*.mp4.age', { cwd: path.join(from, day) }).sort();
  assert.equal(files.length, 3);
  return { from, to: path.join(above, `out-${copies}`), files: files.map((name) => path.join(from, day, name)) };
}

function run(from: string, to: string, given = words): { code: number | null; said: string } {
  const ran = spawnSync(process.execPath, [script, from, to], { input: `${given.join(' ')}\n`, encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

function saved(to: string): string[] {
  return readdirSync(path.join(to, camera, localDay(tenMs))).sort();
}

test('every recording is a plain MP4 that any ffmpeg decodes without an error', () => {
  const { from, to, files } = copy();
  assert.deepEqual(run(from, to), {
    code: 0,
    said: `Recordings: 3 opened, 0 there already, 0 cut off, 0 damaged.\nThey lie in ${to}, and are not encrypted.\n`,
  });
  const names = saved(to);
  assert.equal(names.length, 3);
  assert.equal(names[0], `${localStamp(tenMs)}.mp4`);
  assert.match(readFileSync(path.join(to, camera, 'Gaps.csv'), 'utf8'), /^from,to,seconds,cause\r\n/);
  for (const [nth, name] of names.entries()) {
    const file = path.join(to, camera, localDay(tenMs), name);
    const { errors, pictures } = decode(file);
    assert.equal(errors, '');
    assert.ok(pictures >= 90);
    assert.deepEqual([probe(file).widthPixels, probe(file).sound], [640, true]);
    const sealed = files[nth] ?? '';
    assert.ok(readFileSync(file).equals(openWithAge({ vault, folder: above, remove: () => undefined }, sealed)));
  }
});

test('what was done is not done again, and what was begun is', () => {
  const { from, to } = copy();
  run(from, to);
  const [first = '', second = ''] = saved(to).map((name) => path.join(to, camera, localDay(tenMs), name));
  const inode = statSync(first).ino;
  rmSync(second);
  writeFileSync(`${second}.partial`, 'cut off');
  assert.match(run(from, to).said, /^Recordings: 1 opened, 2 there already/);
  assert.equal(statSync(first).ino, inode);
  assert.equal(decode(second).errors, '');
  assert.equal(saved(to).length, 3);
});

test('killed in the middle, it goes on when it is started again', async () => {
  const { from, to } = copy();
  const child = spawn(process.execPath, [script, from, to], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(`${words.join(' ')}\n`);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until('it has begun to write', () => existsSync(path.join(to, camera, localDay(tenMs))));
  child.kill('SIGKILL');
  await ended;
  for (const name of saved(to).filter((one) => one.endsWith('.mp4'))) {
    assert.equal(decode(path.join(to, camera, localDay(tenMs), name)).errors, '', 'what has its name is whole');
  }
  assert.equal(run(from, to).code, 0);
  assert.equal(saved(to).length, 3);
  assert.ok(saved(to).every((name) => /\d\.mp4$/.test(name)));
});

test('of a damaged recording what is readable is saved, and the file is named', () => {
  const { from, to, files } = copy();
  const [first = '', second = '', third = ''] = files;
  // In the seventh chunk, where one fragment ends and the head of the next lies: both are lost, those around not.
  const bytes = readFileSync(first);
  bytes.writeUInt8(bytes.readUInt8(headerBytes + 65_552 * 6 + 5) ^ 1, headerBytes + 65_552 * 6 + 5);
  writeFileSync(first, bytes);
  writeFileSync(second, Buffer.concat([Buffer.from('X'), readFileSync(second).subarray(1)]));
  truncateSync(third, headerBytes + 65_552 * 8 + 100);
  const { code, said } = run(from, to);
  assert.equal(code, 1);
  for (const file of files) assert.ok(said.includes(path.relative(from, file)), said);
  assert.match(said, /does not open\n/);
  assert.deepEqual(
    saved(to).filter((name) => !name.includes('(damaged)')),
    [],
  );
  assert.equal(saved(to).length, 2);
  const [mended = '', cut = ''] = saved(to).map((name) => path.join(to, camera, localDay(tenMs), name));
  for (const file of [mended, cut]) {
    const { errors, pictures } = decode(file);
    assert.equal(errors, '');
    assert.ok(pictures >= 25 && pictures < 100, `${pictures} pictures`);
  }
  // What is behind the hole is there too, at its own time.
  assert.ok(probe(mended).durationSeconds > 3.5 && probe(cut).durationSeconds < 3);
});

test('a gap between two runs is listed with its cause, and a damaged recording in a report', () => {
  const { from, to, files } = copy();
  const [, second = '', third = ''] = files;
  rmSync(second);
  writeFileSync(third, 'not an age file');
  assert.equal(run(from, to).code, 1);
  const [, gap = ''] = readFileSync(path.join(to, camera, 'Gaps.csv'), 'utf8').split('\r\n');
  assert.match(gap, /^2026-11-20T\d\d:00:0[34]\.\d{3}[+-]\d\d:\d\d,2026-11-20T[^,]+,\d\.\d{3},"[^"]+"$/);
  const report = readFileSync(path.join(to, camera, 'What is missing.txt'), 'utf8');
  assert.ok(report.includes(path.basename(third)) && report.includes('does not open'), report);
});

test('what a camera told is listed, each event once, with its end as far as it is known', async () => {
  const { from, to } = copy();
  const told = { vault: new Vault(from, { version: 1, id: vault.id, recipients: [...vault.recipients] }, null) };
  const on = { lost: () => undefined, defect: (error: unknown) => assert.fail(String(error)) };
  const seen = { cameraId, source: 'InputToken=DI_00', topic: 'Device/Trigger/DigitalInput', count: 1 };
  for (const toMs of [null, tenMs + 2500]) {
    const store = new EventStore({ ...told, now: () => tenMs + 1000, on });
    const revision = toMs === null ? 1 : 2;
    store.put({ ...seen, id: '00000000000000aa', kind: 'input', fromMs: tenMs, toMs, endUnknown: false }, revision);
    if (toMs === null) {
      const hostile = { kind: 'other', source: '=HYPERLINK("x")', toMs, endUnknown: false } as const;
      store.put({ ...seen, ...hostile, id: '00000000000000bb', fromMs: tenMs + 500 }, 1);
    }
    await store.close();
  }
  assert.equal(run(from, to).code, 0);
  const lines = readFileSync(path.join(to, camera, 'Events.csv'), 'utf8')
    .trim()
    .split('\r\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? '', /,2\.500,,"input","InputToken=DI_00","Device\/Trigger\/DigitalInput",1$/);
  assert.match(lines[2] ?? '', /,0\.500,at least,"other","'=HYPERLINK\(""x""\)"/);
});

test('a vault with a passphrase opens with its recovery words, and a newer one is refused', () => {
  const { from, to } = copy();
  writeFileSync(path.join(from, 'passphrase.age'), 'age-encryption.org/v1\n-> scrypt AAAA 17\n');
  assert.equal(run(from, to).code, 0);
  const file = path.join(from, 'vault.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": \d+/, '"version": 2'));
  const newer = run(from, path.join(to, 'newer'));
  assert.equal(newer.code, 2);
  assert.match(newer.said, /^This vault is of version 2, and this program understands version 1\. Take the open-vault/);
  assert.equal(existsSync(path.join(to, 'newer')), false);
});

test('a copy of the vault and the script, in a folder of their own with nothing but age-encryption, are enough', () => {
  const { from, to } = copy();
  const alone = path.join(above, 'alone');
  const modules = path.resolve(import.meta.dirname, '../../../node_modules');
  const copied = path.join(alone, 'node_modules');
  const wanted = ['age-encryption'];
  for (const name of wanted) {
    const folder = path.join(modules, name);
    cpSync(folder, path.join(copied, name), { recursive: true, dereference: true });
    const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    wanted.push(...Object.keys(dependencies).filter((one) => !wanted.includes(one)));
  }
  cpSync(script, path.join(alone, 'open-vault.mjs'));
  const args = [path.join(alone, 'open-vault.mjs'), from, to];
  const ran = spawnSync(process.execPath, args, { input: words.join('\n'), encoding: 'utf8', cwd: alone });
  assert.deepEqual([ran.status, ran.stderr], [0, '']);
  assert.equal(saved(to).length, 3);
});

test('a recording that a crash cut off is saved up to its last whole fragment', () => {
  const { from, to, files } = copy();
  const [, , third = ''] = files;
  const part = path.join(path.dirname(third), `${/^\d+/.exec(path.basename(third))?.[0] ?? ''}.mp4.age.part`);
  renameSync(third, part);
  truncateSync(part, headerBytes + 65_552 * 8 + 7);
  const { code, said } = run(from, to);
  assert.equal(code, 0);
  assert.match(said, /2 opened, 0 there already, 1 cut off, 0 damaged/);
  const name = saved(to).find((one) => one.includes('(cut off)')) ?? '';
  const { errors, pictures } = decode(path.join(to, camera, localDay(tenMs), name));
  assert.deepEqual([errors, pictures >= 25], ['', true]);
});

test('wrong words, no vault and too few arguments say so, and nothing is written', () => {
  const { from, to } = copy();
  const wrong = run(from, to, makeWords());
  assert.equal(wrong.code, 2);
  assert.match(wrong.said, /^These words do not open the vault/);
  assert.equal(run(from, to, words.slice(0, 11)).code, 2);
  assert.match(run(above, to).said, /^There is no vault in/);
  assert.equal(existsSync(to), false);
  assert.equal(spawnSync(process.execPath, [script, from], { encoding: 'utf8' }).status, 2);
});

test('the script is of Node and age-encryption alone, and shares no code with Nightjar', () => {
  const imported = [...readFileSync(script, 'utf8').matchAll(/\bfrom '([^']+)'|import\('([^']+)'\)/g)].map(
    (one) => one[1],
  );
  assert.deepEqual(
    imported.filter((name) => !name?.startsWith('node:')),
    ['age-encryption'],
  );
});
