/** The way to an open vault where something is broken: no keychain, no room for the app's own file, a lock that is lost. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Opening, type OpeningOptions } from '../../../main/app/opening.ts';
import { Tries } from '../../../main/app/tries.ts';
import { whereVault } from '../../../main/app/whereVault.ts';
import { good, type Problem } from '../../../main/contract/problems.ts';
import { createVault, type Vault } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { makeVault, until } from '../recorder/footage.ts';

// No keychain of the person who runs this, and none at all: every call of it is refused.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent';

interface Broken {
  opening: Opening;
  words: string[];
  folder: string;
  appFolder: string;
  entered: { vault: Vault; warning: Problem | null }[];
  left: { times: number };
}

/** A vault whose key is in no keychain, so that its words open it. */
async function startOf(t: TestContext, enter?: OpeningOptions['enter']): Promise<Broken> {
  const place = await makeVault();
  t.after(place.remove);
  const folder = path.join(place.folder, 'other');
  const words = makeWords();
  assert.ok((await createVault(folder, words)).ok);
  const appFolder = path.join(place.folder, 'app');
  const entered: Broken['entered'] = [];
  const left = { times: 0 };
  const opening = new Opening({
    keychain: new Keychain('Nightjar test', 2000),
    where: whereVault(appFolder),
    tries: new Tries(appFolder),
    changed: () => undefined,
    async enter(vault, warning, recorder) {
      entered.push({ vault, warning });
      return enter ? await enter(vault, warning, recorder) : good(null);
    },
    locked: () => Promise.resolve(),
    unlocked: () => Promise.resolve(),
    recording: () => ({ cameras: 0, of: 0, quiet: 0, privacy: null }),
    leave() {
      left.times++;
      return Promise.resolve();
    },
    writable: () => undefined,
    defect: () => '0badcafe',
    touchEveryMs: 20,
  });
  t.after(() => opening.close());
  assert.ok(!(await opening.open(folder)).ok);
  return { opening, words, folder, appFolder, entered, left };
}

test('the recovery words open a vault where no keychain takes its key, and the folder is remembered', async (t) => {
  const { opening, words, folder, appFolder, entered } = await startOf(t);
  assert.ok((await opening.openWithWords(words)).ok);
  assert.deepEqual(opening.state, { phase: 'open', folder });
  assert.ok(entered[0]?.warning?.code.startsWith('keychain'));
  assert.equal(await whereVault(appFolder).read(), folder);
});

test('a vault opens also when its folder cannot be remembered', async (t) => {
  const { opening, words, appFolder, entered } = await startOf(t);
  writeFileSync(appFolder, 'a file where the folder should be');
  assert.ok((await opening.openWithWords(words)).ok);
  assert.equal(opening.state.phase, 'open');
  assert.equal(entered.length, 1);
});

test('a defect while opening is a closed vault with its id, without a lock and without its key in memory', async (t) => {
  const { opening, words, folder, entered } = await startOf(t, () => Promise.reject(new Error('a defect')));
  const opened = await opening.openWithWords(words);
  const problem = { code: 'defect', id: '0badcafe' };
  assert.deepEqual(opened, { ok: false, problem });
  assert.deepEqual(opening.state, {
    phase: 'closed',
    folder,
    problem,
    recording: { cameras: 0, of: 0, quiet: 0, privacy: null },
  });
  assert.equal(entered[0]?.vault.identity, null);
  assert.ok(!existsSync(path.join(folder, 'lock')));
});

test('a vault that another Nightjar took over is left, and its lock stays', async (t) => {
  const { opening, words, folder, left } = await startOf(t);
  assert.ok((await opening.openWithWords(words)).ok);
  const file = path.join(folder, 'lock');
  const theirs = readFileSync(file, 'utf8').replace(/("nonce":\s*")[0-9a-f]{32}/, `$1${'0'.repeat(32)}`);
  writeFileSync(file, theirs);
  await until('the vault is left', () => opening.state.phase === 'closed');
  const problem = { code: 'otherInstance', folder };
  assert.deepEqual(opening.state, {
    phase: 'closed',
    folder,
    problem,
    recording: { cameras: 0, of: 0, quiet: 0, privacy: null },
  });
  assert.equal(left.times, 1);
  await opening.close();
  assert.equal(readFileSync(file, 'utf8'), theirs);
});

test('only the vault that is meant is moved, and one that is opened is no copy of a move any more', async (t) => {
  const { opening, words, folder, left } = await startOf(t);
  const mark = path.join(folder, 'moving.json');
  writeFileSync(mark, '{}');
  assert.ok((await opening.openWithWords(words)).ok);
  assert.ok(!existsSync(mark));
  const work = { move: () => assert.fail('moved'), undo: () => assert.fail('undone') };
  const asked = await opening.relocate('/new', { from: `${folder} 2`, ...work });
  assert.deepEqual(asked, { ok: false, problem: { code: 'gone' } });
  assert.deepEqual(opening.state, { phase: 'open', folder });
  assert.equal(left.times, 0);
});
