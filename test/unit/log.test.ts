/** The log keeps what happened and lets no secret in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog, withoutSecrets } from '../../main/core/log.ts';

const secrets = [
  ['rtsp://nightjar:s3cret@10.0.0.5:554/live', 's3cret'],
  ['open rtsp://u:p%40ss@cam/x failed', 'p%40ss'],
  ['password=hunter2 refused', 'hunter2'],
  ['{"password":"hunter2"}', 'hunter2'],
  ['Authorization: Digest-abc', 'Digest-abc'],
  ['key AGE-SECRET-KEY-1QQPQRS here', 'AGE-SECRET-KEY-1QQPQRS'],
] as const;

for (const [text, secret] of secrets)
  test(`a line never shows the secret in "${text.slice(0, 24)}…"`, () => {
    assert.ok(!withoutSecrets(text).includes(secret));
  });

test('a text without a secret stays as it is', () => {
  assert.equal(withoutSecrets('the camera did not answer in 5000 ms'), 'the camera did not answer in 5000 ms');
});

test('a defect is logged once with its cause, its place and the id that the user sees', () => {
  const log = openLog(null, () => 0);
  const id = log.defect(new Error('outer', { cause: new RangeError('inner') }), 'a test');
  const lines = log.lines();
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    new RegExp(`^1970-01-01T00:00:00.000Z defect ${id} in a test: Error: outer; because RangeError: inner`),
  );
  assert.match(lines[0] ?? '', /log\.test\.ts/);
});

test('the log stays bounded, and a vault that cannot be written does no harm', async () => {
  const log = openLog();
  await log.keepIn(() => Promise.reject(new Error('disk full')));
  for (let line = 0; line < 5000; line++) log.note('line', { line });
  await log.keepIn(null);
  assert.equal(log.lines().length, 2000);
  assert.match(log.lines().at(-1) ?? '', /line=4999/);
});

test('closing the vault writes what is not written yet', async () => {
  const log = openLog();
  let kept = '';
  await log.keepIn((text) => Promise.resolve((kept = text)));
  log.note('recovery', { finished: 3 });
  await log.keepIn(null);
  assert.match(kept, /recovery finished=3/);
});
