/** Documents that say what goes on without asking: only the vault's own identity can have written them. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { LateStore, saidIn } from '../../../main/app/lateStore.ts';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { makeVault, openWithAge, type Place } from '../recorder/footage.ts';

const file = 'exports.json.age';

interface Plan {
  jobs: string[];
}

function parse(value: unknown): Plan | null {
  if (typeof value !== 'object' || value === null || !('jobs' in value) || !Array.isArray(value.jobs)) return null;
  return { jobs: value.jobs.map(String) };
}

async function placeOf(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(place.remove);
  return place;
}

function storeOf({ vault }: Place, name = file): LateStore<Plan> {
  return new LateStore(vault, { file: name, initial: { jobs: [] }, parse });
}

test('what was written is read again, also what was written while the vault was locked', async (t) => {
  const place = await placeOf(t);
  const identity = place.vault.identity?.copy();
  assert.ok(identity);
  const store = storeOf(place);
  await store.write({ jobs: ['one'] });
  assert.deepEqual(await storeOf(place).read(), { jobs: ['one'] });
  place.vault.lock();
  assert.equal(await storeOf(place).read(), null);
  await store.write({ jobs: ['one', 'two'] });
  assert.ok(place.vault.unlock(identity));
  assert.deepEqual(await storeOf(place).read(), { jobs: ['one', 'two'] });
});

test('what somebody sealed who has only the recipient, or another document, counts for nothing', async (t) => {
  const place = await placeOf(t);
  const { vault } = place;
  await storeOf(place).write({ jobs: ['mine'] });
  await storeOf(place, 'leaving.json.age').write({ jobs: ['another'] });
  const text = JSON.stringify({ jobs: ['theirs'] });
  const stranger = makeIdentity().identity.mark(`nightjar.memory.v1 ${file}`, text);
  const forged = [{ jobs: ['theirs'] }, { said: text, proof: '0'.repeat(64) }, { said: text, proof: stranger }];
  for (const value of forged) {
    const document = JSON.stringify({ version: 1, of: file, serial: 1000, value });
    for (const name of [file, `${file}.previous`])
      await sealToFile(vault.path(name), vault.recipients, Buffer.from(document));
    assert.deepEqual(await storeOf(place).read(), { jobs: [] }, document);
  }
  const genuine = JSON.parse(openWithAge(place, vault.path('leaving.json.age')).toString()) as { value: unknown };
  assert.deepEqual(saidIn(parse)(genuine.value), { jobs: ['another'] });
  const moved = JSON.stringify({ version: 1, of: file, serial: 1000, value: genuine.value });
  await sealToFile(vault.path(file), vault.recipients, Buffer.from(moved));
  copyFileSync(vault.path(file), vault.path(`${file}.previous`));
  assert.deepEqual(await storeOf(place).read(), { jobs: [] });
});
