/** The calls about layouts and windows, in the composed app: what is kept, what a new first layout shows, what goes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { firstLayout, mostLayouts, type Layout } from '../../../main/contract/layouts.ts';
import type { Settings } from '../../../main/contract/model.ts';
import type { Outcome } from '../../../main/contract/problems.ts';
import { readVaultFile } from '../../../main/core/vault/folder.ts';
import { Keychain } from '../../../main/core/vault/keychain.ts';
import { recorderAccount } from '../../../main/core/vault/recorderKey.ts';
import { camera, Household } from './lockedHousehold.ts';

const service = `Nightjar test ${randomBytes(4).toString('hex')}`;
process.env['NIGHTJAR_KEYCHAIN_SERVICE'] = service;
const keychain = new Keychain(service);
const skip = (await keychain.read('test')).ok ? false : 'no keyring answers: run it by build/withKeyring.ts';
const gone = { ok: false, problem: { code: 'gone' } };
const street: Layout = { ...firstLayout, id: 'aaaaaaaaaaaaaaaa', name: 'Street' };

/** An open vault with one camera. */
async function household(t: TestContext): Promise<Household> {
  const home = new Household(t);
  await home.start();
  await home.make();
  await home.addCamera();
  assert.equal((await home.start()).phase, 'open');
  const file = await readVaultFile(home.folder);
  t.after(async () => {
    if (!file.ok) return;
    for (const account of [file.value.id, recorderAccount(file.value.id)]) await keychain.remove(account);
  });
  return home;
}

function settingsOf(answer: Outcome<Settings>): Settings {
  assert.ok(answer.ok);
  return answer.value;
}

function idsOf({ layouts }: Settings): string[] {
  return layouts.map(({ id }) => id);
}

test('layouts are kept over a restart, chosen for each window, and put back where they were', { skip }, async (t) => {
  const home = await household(t);
  const kept = settingsOf(await home.handlers['layouts.keep']({ layout: street }));
  assert.deepEqual(idsOf(kept), [firstLayout.id, street.id]);
  assert.ok(home.told.some(({ name }) => name === 'settings.changed'));
  settingsOf(await home.handlers['settings.set']({ layoutId: street.id }));
  settingsOf(await home.handlers['settings.set']({ secondLayoutId: street.id }));
  settingsOf(await home.handlers['layouts.keep']({ layout: { ...street, name: 'Road', kind: 'free' } }));
  await home.start();
  const read = await home.handlers['settings.get'](undefined);
  assert.deepEqual(read.layouts[1], { ...street, name: 'Road', kind: 'free' });
  assert.deepEqual([read.layoutId, read.secondWindow.layoutId], [street.id, street.id]);

  const left = settingsOf(await home.handlers['layouts.remove']({ layoutId: street.id }));
  assert.deepEqual([left.layoutId, left.secondWindow.layoutId], [firstLayout.id, firstLayout.id]);
  const back = settingsOf(await home.handlers['layouts.keep']({ layout: street, at: 0 }));
  assert.deepEqual(idsOf(back), [street.id, firstLayout.id]);
});

test('the last layout stays, and there are no more than the most', { skip }, async (t) => {
  const home = await household(t);
  assert.deepEqual(await home.handlers['layouts.remove']({ layoutId: firstLayout.id }), gone);
  assert.deepEqual(await home.handlers['layouts.remove']({ layoutId: street.id }), gone);
  for (let at = 2; at <= mostLayouts; at += 1) {
    const id = at.toString(16).padStart(16, '0');
    assert.ok((await home.handlers['layouts.keep']({ layout: { ...firstLayout, id } })).ok);
  }
  assert.deepEqual(await home.handlers['layouts.keep']({ layout: street }), gone);
  assert.ok((await home.handlers['layouts.keep']({ layout: { ...firstLayout, name: 'House' } })).ok, 'a change of one');
});

test('a layout that becomes the first one does not take the cameras that nobody put on it', { skip }, async (t) => {
  const home = await household(t);
  settingsOf(await home.handlers['layouts.keep']({ layout: street }));
  const { layouts } = settingsOf(await home.handlers['layouts.remove']({ layoutId: firstLayout.id }));
  assert.deepEqual(layouts, [{ ...street, leftOut: [camera.id] }]);
});

test('a camera that is removed leaves the layouts', { skip }, async (t) => {
  const home = await household(t);
  const places = [{ cameraId: camera.id, x: 0, y: 0, width: 8, height: 8 }];
  settingsOf(await home.handlers['layouts.keep']({ layout: { ...street, cameraIds: [camera.id], places } }));
  assert.ok((await home.handlers['cameras.remove']({ cameraId: camera.id, recordings: 'keep', clips: 'keep' })).ok);
  const { layouts } = await home.handlers['settings.get'](undefined);
  assert.deepEqual(layouts[1], street);
});

test('each window is told which it is, and where the second one was is remembered', { skip }, async (t) => {
  const home = await household(t);
  assert.equal(await home.handlers['windows.own'](undefined, 'second'), 'second');
  assert.equal(await home.handlers['windows.own'](undefined), 'main');
  const place = { x: 10, y: 20, width: 1200, height: 700, wholeScreen: true };
  home.app.secondWindow(place);
  // Updates follow one another, so this one ends after it.
  const opened = settingsOf(await home.handlers['settings.set']({}));
  assert.deepEqual(opened.secondWindow, { open: true, layoutId: firstLayout.id, place });
  home.app.secondWindow(null);
  const closed = settingsOf(await home.handlers['settings.set']({ tourSeconds: 20 }));
  assert.deepEqual(closed.secondWindow, { open: false, layoutId: firstLayout.id, place });
});
