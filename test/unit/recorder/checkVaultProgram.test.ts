/**
 * `npm run check-vault`, without a keychain: the program asks for the words, names what is wrong, and its exit code says
 * whether there was anything.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createVault } from '../../../main/core/vault/folder.ts';
import { startKeyring } from '../../../build/withKeyring.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { lockVault } from '../../../main/core/vault/lock.ts';

const program = path.resolve(import.meta.dirname, '../../../build/checkVault.ts');
const words = makeWords();
let above = '';
let folder = '';
/** Of the vault's key in the keychain. */
let account = '';
let secret = '';
before(async () => {
  above = mkdtempSync(path.join(tmpdir(), 'nightjar-check-'));
  folder = path.join(above, 'vault');
  const made = await createVault(folder, words);
  assert.ok(made.ok && made.value.identity);
  account = made.value.id;
  secret = made.value.identity.toSecretString();
});
after(() => rmSync(above, { recursive: true, force: true }));

function run(given: string[], input: string, bus = 'unix:path=/nonexistent'): { code: number | null; said: string } {
  const env = { PATH: process.env['PATH'], HOME: above, DBUS_SESSION_BUS_ADDRESS: bus };
  const ran = spawnSync(process.execPath, [program, ...given], { input, env, encoding: 'utf8' });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

test('a vault in order: exit code 0, and the lock is given back', () => {
  const { code, said } = run([folder], `${words.join(' ')}\n`);
  assert.deepEqual([code, said], [0, '2 files were looked at. All is well.\n']);
  assert.deepEqual(readdirSync(folder).sort(), ['recordings', 'recovery.age', 'vault.json']);
});

test('what is wrong is named, and the exit code is 1; words may come one a line', () => {
  writeFileSync(path.join(folder, 'notes.txt'), 'x');
  const { code, said } = run(['--repair', folder], words.join('\n'));
  rmSync(path.join(folder, 'notes.txt'));
  assert.equal(code, 1);
  assert.match(said, /Wrong:\n {2}notes\.txt\n {4}Nothing of Nightjar’s; it is left alone\. If you put it there/);
});

test('wrong words, no vault, a vault in use and no folder say so: exit code 2', async () => {
  const wrong = run([folder], `${makeWords().join(' ')}\n`);
  assert.deepEqual([wrong.code, wrong.said.startsWith('These words do not open the vault.')], [2, true]);
  assert.equal(run([above], '').code, 2);
  assert.equal(run([], '').code, 2);
  const lock = await lockVault(folder);
  assert.ok(lock.ok);
  const inUse = run([folder], `${words.join(' ')}\n`);
  await lock.value.release();
  assert.deepEqual([inUse.code, inUse.said.startsWith('Another Nightjar has the vault')], [2, true]);
});

const lacking = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter(
  (one) => spawnSync(one, ['--version'], { stdio: 'ignore' }).error,
);
const skip =
  process.platform !== 'linux'
    ? 'a keyring of its own is a matter of Linux'
    : lacking.length > 0 && `not installed: ${lacking.join(', ')}`;

test('where the keychain has the key, no words are asked for', { skip }, async () => {
  const keyring = await startKeyring();
  try {
    const keychain = path.resolve(import.meta.dirname, '../../../main/core/vault/keychain.ts');
    const put = `import { Keychain } from ${JSON.stringify(keychain)};
      import { text } from 'node:stream/consumers';
      const put = await new Keychain().write(process.argv[1], await text(process.stdin));
      process.exitCode = put.ok ? 0 : 1;`;
    const env = { PATH: process.env['PATH'], HOME: above, DBUS_SESSION_BUS_ADDRESS: keyring.busAddress };
    const args = ['--input-type=module', '-e', put, account];
    assert.equal(spawnSync(process.execPath, args, { input: secret, env }).status, 0);
    assert.equal(run([folder], '', keyring.busAddress).code, 0);
    assert.equal(run([folder], '').code, 2, 'without it, words are needed');
  } finally {
    await keyring.stop();
  }
});
