/**
 * `npm test`: type-check, lint, units, faults, journeys, a few kills and power cuts, in this order; goes on after a
 * failure so that one run tells all. Ends with the line `N passed, N failed, N skipped`, counted by the runners
 * themselves; a step that is not made of tests (a type-check, a lint, the kills) counts as one. Exit code 0 only when
 * nothing failed and something passed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './bundle.ts';
import { runWithKeyring } from './withKeyring.ts';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'out', 'test');
const bin = (name: string): string => path.join(root, 'node_modules', '.bin', name);

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const total: Count = { passed: 0, failed: 0, skipped: 0 };

function add(count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

function run(program: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function step(name: string, work: () => Promise<number>): Promise<void> {
  const began = Date.now();
  console.log(`\n── ${name}`);
  const code = await work();
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  console.log(`── ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Counts from node:test's own closing lines, as its TAP reporter wrote them. */
function countUnits(file: string): Count {
  const text = readFileSync(file, 'utf8');
  const figure = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    passed: figure('pass'),
    failed: figure('fail') + figure('cancelled'),
    skipped: figure('skipped') + figure('todo'),
  };
}

/** Counts from Playwright's JSON report. */
function countJourneys(file: string): Count {
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const stats = typeof report === 'object' && report && 'stats' in report ? report.stats : null;
  if (typeof stats !== 'object' || !stats) throw new Error('the journeys wrote no report');
  const figure = (name: string): number => Number(Object.entries(stats).find(([key]) => key === name)?.[1] ?? 0);
  return {
    passed: figure('expected') + figure('flaky'),
    failed: figure('unexpected'),
    skipped: figure('skipped'),
  };
}

async function tests(name: string, file: string, args: string[], read: (file: string) => Count): Promise<void> {
  const began = Date.now();
  console.log(`\n── ${name}`);
  const code = await runWithKeyring(process.execPath, args, { ...process.env, NIGHTJAR_REPORT: file });
  let count: Count = { passed: 0, failed: 1, skipped: 0 };
  try {
    count = read(file);
  } catch (error) {
    console.error(error);
  }
  if (code !== 0 && count.failed === 0) count.failed = 1;
  add(count);
  const counted = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
  console.log(`── ${name}: ${counted} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Tests of Node's own runner. Of those that are skipped it says which, and why. */
async function nodeTests(name: string, files: string): Promise<void> {
  const tap = path.join(results, `${name}.tap`);
  const reporters = ['dot', '--test-reporter-destination=stdout', '--test-reporter=tap'];
  const args = ['--test', '--test-concurrency=2', '--test-reporter', ...reporters];
  await tests(name, tap, [...args, `--test-reporter-destination=${tap}`, files], countUnits);
  for (const line of readFileSync(tap, 'utf8').split('\n')) {
    const skipped = /^\s*ok \d+ - (.*) # SKIP ?(.*)$/.exec(line);
    if (skipped) console.log(`   skipped: ${skipped[1]} (${skipped[2]})`);
  }
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

await step('types', () => run(bin('tsc'), ['--noEmit']));
await step('types of journeys', () => run(bin('tsc'), ['--noEmit', '-p', 'test/journeys']));
await step('page types', () =>
  run(bin('svelte-check'), ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human']),
);
await step('lint', () => run(bin('eslint'), ['.', '--max-warnings', '0']));
await step('format', () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.']));
await step('build', async () => ((await bundle()) ? 0 : 1));

await nodeTests('units', 'test/unit/**/*.test.ts');
await nodeTests('faults', 'test/faults/*.test.ts');
await tests(
  'journeys',
  path.join(results, 'journeys.json'),
  [path.join(root, 'node_modules', 'playwright', 'cli.js'), 'test', '--config', 'test/journeys/playwright.config.ts'],
  countJourneys,
);
// The long one, with 200 of each, is `npm run test:crash`.
await step('kills and power cuts', () =>
  run(process.execPath, ['test/faults/crash.ts', '--kills', '6', '--vaults', '2', '--power', '8']),
);

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
