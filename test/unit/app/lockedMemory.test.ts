/**
 * What a dump of the whole memory of the app gives away: before it is locked the identity (the control, which shows that
 * it would be found), after it was locked neither the identity nor the passphrase, in any form, nor what only documents
 * say that the lock gives up.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { openVault, readVaultFile } from '../../../main/core/vault/folder.ts';
import { checkFile, readCheck } from '../../../main/app/checkDocument.ts';
import { LateStore } from '../../../main/app/lateStore.ts';
import { good } from '../../../main/contract/problems.ts';
import { exportsFile, readExports } from '../../../main/core/exporter/exportsDocument.ts';
import { leavingFile, readLeaving } from '../../../main/core/exporter/leavingDocument.ts';
import { Clips } from '../../../main/core/library/clips.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { identityFromSecret } from '../../../main/core/vault/keys.ts';
import { recorderAccount } from '../../../main/core/vault/recorderKey.ts';
import { readSecret } from '../../../main/core/vault/secretForm.ts';
import { until } from '../recorder/footage.ts';
import { type Forms, formsOf, searchMemory } from './memoryDump.ts';

const program = path.join(import.meta.dirname, 'lockedApp.ts');
const service = `Nightjar test ${randomBytes(4).toString('hex')}`;
const keychain = new Keychain(service);

async function whyNot(): Promise<string | false> {
  if (process.platform !== 'linux') return 'memory is read as Linux shows it';
  if (!(await keychain.read('test')).ok) return 'no keyring answers: run it by build/withKeyring.ts';
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 9e5)'], { stdio: 'ignore' });
  try {
    accessSync(`/proc/${String(child.pid)}/mem`, constants.R_OK);
    return false;
  } catch {
    return 'this system does not show the memory of another process';
  } finally {
    child.kill('SIGKILL');
  }
}

class LockedApp {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string) {
    this.#child = spawn(process.execPath, [program, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NIGHTJAR_KEYCHAIN_SERVICE: service, NODE_NO_WARNINGS: '1' },
    });
    assert.ok(this.#child.stdout);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The phase afterwards. */
  async call(command: string, bytes: Uint8Array = new Uint8Array()): Promise<string> {
    const state = await this.#ask(command, bytes);
    return typeof state === 'object' && state && 'phase' in state ? String(state.phase) : '';
  }

  /** What it answers. */
  async answer(command: string): Promise<unknown> {
    const said = await this.#ask(command, new Uint8Array());
    return typeof said === 'object' && said && 'answer' in said ? said.answer : null;
  }

  async #ask(command: string, bytes: Uint8Array): Promise<unknown> {
    const head = [command.charCodeAt(0), bytes.byteLength & 255, bytes.byteLength >> 8];
    this.#child.stdin?.write(Buffer.concat([Buffer.from(head), bytes]));
    const line = await this.#lines.next();
    assert.ok(!line.done, 'the app ended');
    return JSON.parse(line.value);
  }

  async found(forms: Forms): Promise<string[]> {
    assert.ok(this.#child.pid);
    return [...(await searchMemory(this.#child.pid, forms)).keys()];
  }

  /** What was going on at the lock may hold some for a few seconds. */
  async holdsNone(forms: Forms): Promise<void> {
    const deadline = AbortSignal.timeout(20_000);
    let found = await this.found(forms);
    while (found.length > 0 && !deadline.aborted) found = await this.found(forms);
    assert.deepEqual(found, []);
  }

  async end(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#child.once('exit', resolve);
    this.#child.stdin?.end();
    await promise;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** What the vault remembers of exports, of the export of everything, of its check and of clips, and says nowhere else. */
const remembered = { exports: 'Kestrel 4471', leaving: 'Heron 8823', check: 'Plover 1189', clip: 'Curlew 5520' };

/** Writes it as Nightjar would have. */
async function remember(folder: string, secret: string): Promise<void> {
  const identity = identityFromSecret(secret);
  assert.ok(identity);
  const opened = await openVault(folder, identity);
  assert.ok(opened.ok);
  const vault = opened.value;
  const cameraId = '00112233445566aa';
  const [fromMs, toMs] = [1_795_000_000_000, 1_795_000_060_000];
  const exports = new LateStore(vault, {
    file: exportsFile,
    initial: { version: 2 as const, jobs: [] },
    parse: readExports,
  });
  const export_ = {
    ...{ id: 'a'.repeat(16), fromMs, toMs, recordedMs: 0, placing: [], end: { state: 'cancelled', doneFraction: 0 } },
    ...{ cameras: [{ id: cameraId, name: remembered.exports }], gaps: 0, cut: 'fast', burnsIn: false, sound: true },
    ...{ timeLapseMs: null, result: { is: 'plain' }, folder: '/out', madeAnew: [] },
  };
  const readBack = readExports({ version: 2, jobs: [export_] });
  assert.ok(readBack && (await exports.write(readBack)));
  const leaving = new LateStore(vault, { file: leavingFile, initial: { job: null }, parse: readLeaving });
  const job = readLeaving({
    job: {
      ...{ id: 'b'.repeat(16), startedMs: fromMs, folder: `/${remembered.leaving}`, everything: true, cameras: [] },
      ...{ totalBytes: 0, doneBytes: 0, files: 0, recordedMs: 0, losses: [], lossCount: 0, current: null },
      end: { state: 'stopped' },
    },
  });
  assert.ok(job && (await leaving.write(job)));
  const check = new LateStore(vault, { file: checkFile, initial: { last: null }, parse: readCheck });
  const last = readCheck({
    last: {
      ...{ state: 'done', finishedMs: toMs },
      tally: {
        ...{ startedMs: fromMs, repair: false, files: 1, bytes: 1, repaired: 0 },
        counts: { damage: 0, repairable: 0, note: 1 },
        findings: [
          { finding: { kind: 'unexplained', file: remembered.check }, camera: null, fromMs: null, toMs: null },
        ],
      },
    },
  });
  assert.ok(last && (await check.write(last)));
  const nowhere = {
    spans: () => [],
    keep: () => Promise.resolve(good(null)),
    erase: () => Promise.resolve(good(null)),
  };
  const clips = await Clips.open(vault, nowhere);
  assert.ok((await clips.protect([cameraId], { fromMs, toMs }, remembered.clip)).ok);
  vault.close();
}

/** The identity in every form: its bytes, and its text. */
async function identityForms(folder: string): Promise<{ forms: Forms; vaultId: string; text: string }> {
  const file = await readVaultFile(folder);
  assert.ok(file.ok);
  const entry = await keychain.read(file.value.id);
  assert.ok(entry.ok && entry.value !== null);
  const text = Buffer.from(entry.value);
  const raw = readSecret(text);
  assert.ok(raw);
  const hex = Buffer.from(Buffer.from(raw).toString('hex'));
  return { vaultId: file.value.id, text: entry.value, forms: { ...formsOf('identity', text), raw, hex } };
}

const skip = await whyNot();

test('a dump of the locked app holds no identity and no passphrase; before, it does', { skip }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-memory-'));
  let app = new LockedApp(folder);
  t.after(() => {
    app.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const passphrase = Buffer.from('Żółta łódź, seven winters & 鍵');
  assert.equal(await app.call('make'), 'open');
  const { forms: identity, vaultId, text } = await identityForms(folder);
  t.after(async () => {
    for (const account of [vaultId, recorderAccount(vaultId)]) await keychain.remove(account);
  });
  const forms = { ...identity, ...formsOf('passphrase', passphrase) };

  // The hardest case: the identity was a string in this very process, because there was no passphrase yet.
  assert.ok((await app.found(forms)).includes('raw'), 'the control finds the identity');
  await app.call('hold', passphrase);
  assert.ok((await app.found(forms)).includes('passphrase, UTF-8'), 'the control finds the passphrase');
  await app.call('drop');
  assert.equal(await app.call('passphrase', passphrase), 'open');
  assert.equal(await app.call('lock'), 'locked');
  await app.holdsNone(forms);
  await app.end();

  await remember(folder, text);
  const names = Object.entries(remembered).map(([what, text]) => formsOf(what, Buffer.from(text)));
  const documents: Forms = Object.fromEntries(names.flatMap((forms) => Object.entries(forms)));
  app = new LockedApp(folder);
  assert.equal(await app.call('start'), 'locked');
  await app.holdsNone(forms);
  assert.equal(await app.call('unlock', Buffer.from('not the passphrase')), 'locked');
  assert.equal(await app.call('unlock', passphrase), 'open');
  assert.deepEqual(await app.found(forms), ['raw'], 'the one copy that is used');
  await until('all is known', async () => isDeepStrictEqual(await app.answer('read'), [1, 'stopped', 'done', 1]));
  const told = (await app.found(documents)).map((form) => form.split(',')[0]);
  assert.deepEqual([...new Set(told)].sort(), Object.keys(remembered).sort(), 'the control finds all of them');
  assert.equal(await app.call('lock'), 'locked');
  await app.holdsNone({ ...forms, ...documents });
  assert.equal(await app.call('unlock', passphrase), 'open');
  await until('it is known again', async () => isDeepStrictEqual(await app.answer('read'), [1, 'stopped', 'done', 1]));
  await app.end();
});
