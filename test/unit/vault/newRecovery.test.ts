/** A recovery key made anew: the old words until it is proved, the new ones from then on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { NewWords, type WordsToProve } from '../../../main/app/newWords.ts';
import { createVault, openWithWords, type Vault } from '../../../main/core/vault/folder.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { chooseAsked, replaceRecovery } from '../../../main/core/vault/newRecovery.ts';

const done = { ok: true, value: null };
const wrong = { ok: false, problem: { code: 'wordsWrong' } };

async function startOf(t: TestContext): Promise<{ above: string; vault: Vault; oldWords: string[] }> {
  const above = mkdtempSync(path.join(tmpdir(), 'nightjar-words-'));
  t.after(() => rmSync(above, { recursive: true, force: true }));
  const oldWords = makeWords();
  const made = await createVault(path.join(above, 'vault'), oldWords);
  assert.ok(made.ok);
  return { above, vault: made.value, oldWords };
}

async function opens(folder: string, words: string[]): Promise<boolean> {
  const opened = await openWithWords(folder, words);
  if (opened.ok) opened.value.lock();
  else assert.deepEqual(opened, wrong);
  return opened.ok;
}

function begin(newWords: NewWords): WordsToProve {
  const begun = newWords.begin();
  assert.ok(begun.ok);
  return begun.value;
}

function backOf({ words, askedWords }: WordsToProve): string[] {
  return askedWords.map((number) => ` ${(words[number - 1] ?? '').toUpperCase()} `);
}

test('new words open the vault once they are proved, and the old ones until then', async (t) => {
  const { vault, oldWords } = await startOf(t);
  const newWords = new NewWords(vault);
  const shown = begin(newWords);
  assert.ok(await opens(vault.folder, oldWords));
  assert.ok(!(await opens(vault.folder, shown.words)));
  assert.deepEqual(await newWords.prove(backOf(shown)), done);
  assert.ok(await opens(vault.folder, shown.words));
  assert.ok(!(await opens(vault.folder, oldWords)));
  assert.deepEqual(readdirSync(vault.folder).sort(), ['recordings', 'recovery.age', 'vault.json']);
  assert.deepEqual(await newWords.prove(backOf(shown)), { ok: false, problem: { code: 'gone' } });
});

test('wrong words back change nothing, and right ones do afterwards', async (t) => {
  const { vault, oldWords } = await startOf(t);
  const newWords = new NewWords(vault);
  const shown = begin(newWords);
  const before = readFileSync(vault.path('recovery.age'));
  for (const given of [[], ['', ''], [...backOf(shown)].reverse(), [backOf(shown)[0] ?? '', 'abandon abandon']]) {
    assert.deepEqual(await newWords.prove(given), wrong);
  }
  assert.deepEqual(readFileSync(vault.path('recovery.age')), before);
  assert.ok(await opens(vault.folder, oldWords));
  assert.deepEqual(await newWords.prove(backOf(shown)), done);
});

test('words that were given up, or that others took the place of, are nothing', async (t) => {
  const { vault, oldWords } = await startOf(t);
  const newWords = new NewWords(vault);
  const first = begin(newWords);
  newWords.cancel();
  assert.deepEqual(await newWords.prove(backOf(first)), { ok: false, problem: { code: 'gone' } });
  const second = begin(newWords);
  const third = begin(newWords);
  assert.notDeepEqual(second.words, third.words);
  assert.deepEqual(await newWords.prove(backOf(third)), done);
  assert.ok(!(await opens(vault.folder, second.words)));
  assert.ok(!(await opens(vault.folder, oldWords)));
});

test('an old copy of the folder opens with the old words, and Debian’s age opens the new one with the new', async (t) => {
  const { above, vault, oldWords } = await startOf(t);
  const copy = path.join(above, 'copy');
  cpSync(vault.folder, copy, { recursive: true });
  const words = makeWords();
  assert.deepEqual(await replaceRecovery(vault, words), done);
  assert.ok(await opens(copy, oldWords));
  assert.ok(!(await opens(copy, words)));
  // age asks on a terminal; expect is not everywhere, script(1) gives it one.
  const asked = `age -d ${JSON.stringify(vault.path('recovery.age'))} > ${JSON.stringify(path.join(above, 'key.txt'))}`;
  execFileSync('script', ['-qec', asked, '/dev/null'], {
    input: `${words.join(' ')}\n`,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  assert.equal(readFileSync(path.join(above, 'key.txt'), 'utf8').trim(), vault.identity?.toSecretString());
});

test('while the vault is locked there are no new words', async (t) => {
  const { vault } = await startOf(t);
  const newWords = new NewWords(vault);
  const shown = begin(newWords);
  vault.lock();
  const missing = { ok: false, problem: { code: 'keyMissing' } };
  assert.deepEqual(await newWords.prove(backOf(shown)), missing);
  assert.deepEqual(newWords.begin(), missing);
});

test('a folder that is gone is a problem, and the words can be proved when it is back', async (t) => {
  const { above, vault } = await startOf(t);
  const newWords = new NewWords(vault);
  const shown = begin(newWords);
  const away = path.join(above, 'away');
  cpSync(vault.folder, away, { recursive: true });
  rmSync(vault.folder, { recursive: true });
  const gone = await newWords.prove(backOf(shown));
  assert.ok(!gone.ok && gone.problem.code === 'vaultMissing');
  cpSync(away, vault.folder, { recursive: true });
  assert.deepEqual(await newWords.prove(backOf(shown)), done);
});

test('the two words asked back are any two, in order', () => {
  const seen = new Set<string>();
  for (let times = 0; times < 4000; times += 1) {
    const [first, second] = chooseAsked(12);
    assert.ok(first >= 1 && first < second && second <= 12);
    seen.add(`${first} ${second}`);
  }
  assert.equal(seen.size, 66);
});
