/**
 * What a dump of the whole memory of the app gives away: before it is locked the identity (the control, which shows that
 * it would be found), after it was locked neither the identity nor the passphrase, in any form.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { readVaultFile } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { recorderAccount } from '../../../main/core/vault/recorderKey.ts';
import { readSecret } from '../../../main/core/vault/secretForm.ts';
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
    const head = [command.charCodeAt(0), bytes.byteLength & 255, bytes.byteLength >> 8];
    this.#child.stdin?.write(Buffer.concat([Buffer.from(head), bytes]));
    const line = await this.#lines.next();
    assert.ok(!line.done, 'the app ended');
    const state: unknown = JSON.parse(line.value);
    return typeof state === 'object' && state && 'phase' in state ? String(state.phase) : '';
  }

  async found(forms: Forms): Promise<string[]> {
    assert.ok(this.#child.pid);
    return [...(await searchMemory(this.#child.pid, forms)).keys()];
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

/** The identity in every form: its bytes, and its text. */
async function identityForms(folder: string): Promise<{ forms: Forms; vaultId: string }> {
  const file = await readVaultFile(folder);
  assert.ok(file.ok);
  const entry = await keychain.read(file.value.id);
  assert.ok(entry.ok && entry.value !== null);
  const text = Buffer.from(entry.value);
  const raw = readSecret(text);
  assert.ok(raw);
  const hex = Buffer.from(Buffer.from(raw).toString('hex'));
  return { vaultId: file.value.id, forms: { ...formsOf('identity', text), raw, hex } };
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
  const { forms: identity, vaultId } = await identityForms(folder);
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
  assert.deepEqual(await app.found(forms), []);
  await app.end();

  app = new LockedApp(folder);
  assert.equal(await app.call('start'), 'locked');
  assert.deepEqual(await app.found(forms), []);
  assert.equal(await app.call('unlock', Buffer.from('not the passphrase')), 'locked');
  assert.equal(await app.call('unlock', passphrase), 'open');
  assert.deepEqual(await app.found(forms), ['raw'], 'the one copy that is used');
  assert.equal(await app.call('lock'), 'locked');
  assert.deepEqual(await app.found(forms), []);
  await app.end();
});
