/** That V8 knows the flag and goes by it: it tells the factor by which it lets the heap grow. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../../../main/app/heapGrowth.ts');

const collectOften = `
  const ring = [];
  for (let at = 0; at < 60_000; at++) ring[at % 2000] = new Uint8Array(3000);
`;

/** The factors that V8 chose while buffers came and went. */
function factors(begin: string): string[] {
  const flags = ['--trace-gc-verbose', '--input-type=module', '--disable-warning=ExperimentalWarning'];
  const told = execFileSync(process.execPath, [...flags, '-e', begin + collectOften], { encoding: 'utf8' });
  return [...told.matchAll(/\[HeapController\] factor (\S+)/g)].map(([, factor]) => factor ?? '');
}

test('the heap may double before all of it is collected, and by itself V8 chooses otherwise', () => {
  const withIt = factors(`(await import(${JSON.stringify(file)})).letHeapGrow();`);
  assert.ok(withIt.length > 0);
  assert.deepEqual(new Set(withIt), new Set(['2.0']));
  assert.notDeepEqual(new Set(factors('')), new Set(['2.0']));
});
