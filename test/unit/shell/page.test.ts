/** The answers of app://nightjar: files of one folder, with their headers, and nothing else. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { contentSecurityPolicy } from '../../../main/shell/ownPage.ts';
import { answerPage } from '../../../main/shell/page.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'nightjar-page-'));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(path.join(folder, 'notes.txt'), 'not of the page');
});

after(() => rm(folder, { recursive: true, force: true }));

test('a file of the page is answered with its type and every header', async () => {
  const answer = await answerPage('GET', 'app://nightjar/', folder);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), '<!doctype html><title>Page</title>');
  assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(answer.headers.get('content-security-policy'), contentSecurityPolicy);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
});

test('refusals carry the same headers, and not a word', async () => {
  for (const [method, address, status] of [
    ['GET', 'app://nightjar/missing.js', 404],
    ['GET', 'app://nightjar/notes.txt', 404],
    ['GET', 'app://nightjar/../../etc/passwd', 404],
    ['GET', 'app://elsewhere/index.html', 404],
    ['POST', 'app://nightjar/index.html', 405],
    ['HEAD', 'app://nightjar/index.html', 405],
  ] as const) {
    const answer = await answerPage(method, address, folder);
    assert.equal(answer.status, status, address);
    assert.equal(await answer.text(), '');
    assert.equal(answer.headers.get('content-security-policy'), contentSecurityPolicy);
  }
});
