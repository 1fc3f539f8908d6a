/** A camera that asks for the password in the clear: from the first try to signing in again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bad, good, type Outcome } from '../../../main/contract/problems.ts';
import {
  cameraDocumentSteps,
  emptyCameraDocument,
  parseCameraDocument,
  type CameraDocument,
} from '../../../main/core/cameras/cameraDocument.ts';
import { Cameras } from '../../../main/core/cameras/cameras.ts';
import { defaultPlans, startYard, type Yard, type YardCamera } from '../../yard/yard.ts';

const never = new AbortController().signal;
let yard: Yard;
let camera: YardCamera;
before(async () => {
  const [plan] = defaultPlans(1);
  assert.ok(plan);
  const plans = [{ ...plan, onvif: null, rtsp: { ...plan.rtsp, auth: 'basic' as const } }];
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 178 });
  const [one] = yard.cameras;
  assert.ok(one);
  camera = one;
});
after(() => yard.stop());

/** The list of cameras with a store and a keychain in memory. */
function house(): { cameras: Cameras; document: () => CameraDocument } {
  let document = emptyCameraDocument;
  const entries = new Map<string, string>();
  const update = (change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>> => {
    const parsed = parseCameraDocument(JSON.parse(JSON.stringify(change(document))));
    assert.ok(parsed, 'what is stored can be read back');
    document = parsed;
    return Promise.resolve(good(null));
  };
  const store = {
    get value() {
      return document;
    },
    update,
    erase: update,
  };
  const done = (): Promise<Outcome<null>> => Promise.resolve(good(null));
  const cameras = new Cameras({
    store,
    keychain: {
      read: (account) => Promise.resolve(good(entries.get(account) ?? null)),
      write: (account, secret) => (entries.set(account, secret), done()),
      remove: (account) => (entries.delete(account), done()),
    },
    found: () => null,
    firstPicture: () => Promise.resolve(null),
  });
  return { cameras, document: () => document };
}

test('it is added only when that is allowed, and the allowance can be taken back', async () => {
  const { cameras, document } = house();
  const { user, password } = camera;
  const question = { target: { by: 'address', text: camera.streamUrl('main') } as const, user, password };
  assert.deepEqual(await cameras.tryCamera(question, never), bad({ code: 'passwordInClear' }));
  const tried = await cameras.tryCamera({ ...question, allowsClearPassword: true }, never);
  assert.ok(tried.ok, JSON.stringify(tried));
  const choice = { name: 'Cellar', records: false, recordsSound: false, keepDays: null };
  const added = await cameras.add({ tryId: tried.value.tryId, ...choice });
  assert.ok(added.ok);
  const { id, allowsClearPassword } = added.value;
  assert.equal(allowsClearPassword, true);
  const source = await cameras.sourceOf(id, 'main')(never);
  assert.ok(source.ok && source.value.allowsClearPassword);

  const again = await cameras.signIn(id, { user, password }, never, false);
  assert.deepEqual(again, bad({ code: 'passwordInClear' }));
  assert.equal(document().cameras[0]?.allowsClearPassword, false, 'it is taken back also where the camera refuses');
  const after = await cameras.sourceOf(id, 'main')(never);
  assert.ok(after.ok && !after.value.allowsClearPassword);
  assert.ok((await cameras.signIn(id, { user, password }, never, true)).ok);
  const wrong = await cameras.signIn(id, { user, password: 'wrong' }, never, true);
  assert.deepEqual(wrong, bad({ code: 'passwordRefused' }));
  cameras.close();
});

test('cameras of an older list are allowed nothing', () => {
  const old = { cameras: [{ id: '00112233445566aa', moves: null }], removed: [], entriesToGo: [], protectedSpans: [] };
  const migrated = cameraDocumentSteps[2]?.(old);
  assert.deepEqual(migrated, { ...old, cameras: [{ ...old.cameras[0], allowsClearPassword: false }] });
});
