/**
 * `npm run check-vault -- <folder> [--repair]`: verifies every file of a vault and says what is damaged, where, and
 * which time is lost. The key comes from the keychain; where that has none, the twelve recovery words are read from
 * standard input, never from an argument. With --repair, indexes are rebuilt and cut-off recordings ended; nothing that
 * cannot be explained is deleted. Exit code: 0 all good, 1 something named, 2 the vault could not be opened.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Outcome, Problem } from '../main/contract/problems.ts';
import { check as words } from '../main/contract/text/en/check.ts';
import { problems, type Saying } from '../main/contract/text/en/problems.ts';
import { units } from '../main/contract/text/en/units.ts';
import { emptyCameraDocument } from '../main/core/cameras/cameraDocument.ts';
import { tellFinding } from '../main/app/tellFinding.ts';
import { vaultDocuments } from '../main/app/vaultDocuments.ts';
import { type Finding, lostOf, weightOf } from '../main/contract/check.ts';
import { type CheckReport, checkVault } from '../main/core/recorder/checkVault.ts';
import { openVault, openWithWords, readVaultFile, type Vault } from '../main/core/vault/folder.ts';
import { Keychain } from '../main/core/vault/keychain.ts';
import { identityFromSecret } from '../main/core/vault/keys.ts';
import { lockVault } from '../main/core/vault/lock.ts';
import { readDocument } from '../main/core/vault/sealedStore.ts';

const wordCount = 12;

async function check(folder: string, repair: boolean): Promise<number> {
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  const opened = await open(folder);
  if (!opened.ok) return refuse(opened.problem);
  const vault = opened.value;
  // A Nightjar that writes meanwhile would be taken for damage.
  // A disk that can only be read is looked at all the same; nobody writes on it.
  const lock = await lockVault(folder, repair ? {} : { onTaken: () => undefined });
  if (!lock.ok) return refuse(lock.problem);
  try {
    if (!vault.identity) throw new Error('an opened vault has its identity');
    const report = await checkVault(folder, vault.identity, {
      documents: vaultDocuments,
      repair,
      signal: stopped.signal,
      began: progress,
    });
    clearProgress();
    return report.ok ? tell(report.value, await namesIn(vault)) : refuse(report.problem);
  } finally {
    vault.lock();
    await lock.value.release();
  }
}

async function open(folder: string): Promise<Outcome<Vault>> {
  const file = await readVaultFile(folder);
  if (!file.ok) return file;
  const secret = await new Keychain().read(file.value.id);
  const identity = secret.ok && secret.value !== null ? identityFromSecret(secret.value) : null;
  if (identity) {
    const opened = await openVault(folder, identity);
    if (opened.ok) return opened;
    identity.wipe();
  }
  return openWithWords(folder, await readWords());
}

/** From the terminal, unseen, or from a pipe: until there are twelve. */
async function readWords(): Promise<string[]> {
  const { stdin } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (stdin.isTTY)
    console.error('The keychain has no key for this vault. Its twelve recovery words (not shown), then Enter:');
  const words: string[] = [];
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  lines.once('SIGINT', () => lines.close());
  for await (const line of lines) {
    words.push(...line.split(/\s+/).filter((word) => word !== ''));
    if (words.length >= wordCount) break;
  }
  lines.close();
  stdin.pause();
  return words;
}

/** The cameras' names, also of removed ones; none where the list does not open. */
async function namesIn(vault: Vault): Promise<Names> {
  const form = { path: vault.path('cameras.json.age'), ...vaultDocuments['cameras.json.age'] };
  const read = vault.identity ? await readDocument(form, vault.identity, form.path) : null;
  const { cameras, removed } = read?.ok ? read.value.value : emptyCameraDocument;
  return new Map([...cameras, ...removed].map(({ id, name }) => [id, name]));
}
type Names = ReadonlyMap<string, string>;

function tell({ files, findings, repaired }: CheckReport, names: Names): number {
  const notes = findings.filter((finding) => weightOf(finding) === 'note');
  const wrong = findings.filter((finding) => weightOf(finding) !== 'note');
  list('Put right:', repaired, names);
  list('Worth knowing:', notes, names);
  list('Wrong:', wrong, names);
  const counted = `${units.count(files)} ${files === 1 ? 'file was' : 'files were'} looked at.`;
  console.log(wrong.length === 0 ? `${counted} All is well.` : `${counted} Findings: ${units.count(wrong.length)}.`);
  return wrong.length === 0 ? 0 : 1;
}

function list(title: string, findings: readonly Finding[], names: Names): void {
  if (findings.length === 0) return;
  console.log(title);
  for (const [file, ofFile] of Map.groupBy(findings, (finding) => finding.file)) {
    const [told] = ofFile.map((finding) => tellFinding(finding, (id) => names.get(id) ?? ''));
    console.log(told?.camera === null ? `  ${file}` : `  ${told ? words.place(told) : ''}\n    ${file}`);
    for (const finding of ofFile) console.log(`    ${sentence(finding)}`);
  }
}

function sentence(finding: Finding): string {
  const { fact, remedy } = words.say(finding);
  return `${fact}${lostOf(finding) ? ` Lost: ${words.lost(finding)}.` : ''}${remedy ? ` ${remedy}` : ''}`;
}

function refuse(problem: Problem): number {
  clearProgress();
  // Safe: each code's entry takes the problem of that code.
  const say = problems[problem.code] as (problem: Problem) => Saying;
  const { fact, remedy } = say(problem);
  console.error(`${fact} ${remedy}`.trim());
  return 2;
}

function progress(file: string, nth: number): void {
  if (process.stderr.isTTY && nth % 20 === 0) process.stderr.write(`\r\u001b[K${nth}  ${file}`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

const given = process.argv.slice(2);
const repair = given.includes('--repair');
const [folder, ...more] = given.filter((argument) => argument !== '--repair');
if (folder === undefined || more.length > 0 || folder.startsWith('-')) {
  console.error('Usage: npm run check-vault -- <folder> [--repair]');
  process.exitCode = 2;
} else {
  // npm runs scripts in the program's own folder, and says where it was called.
  process.exitCode = await check(path.resolve(process.env['INIT_CWD'] ?? '', folder), repair);
}
