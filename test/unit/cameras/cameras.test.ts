/** The list of cameras, from the first try to removal, against the yard. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { bad, good, type Outcome } from '../../../main/contract/problems.ts';
import {
  emptyCameraDocument,
  parseCameraDocument,
  type CameraDocument,
} from '../../../main/core/cameras/cameraDocument.ts';
import { Cameras } from '../../../main/core/cameras/cameras.ts';
import type { TryTarget } from '../../../main/core/cameras/cameraTry.ts';
import type { StreamSource } from '../../../main/core/cameras/streamAddresses.ts';
import { defaultPlans, startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { storedCamera } from './storedCamera.ts';

const never = new AbortController().signal;
let yard: Yard;
let hiddenYard: Yard;

const hiddenPath = '/user=admin_password=tlJw6x_channel=1_stream=0.sdp?real_stream';

before(async () => {
  // All look at one scene: its clip is made once.
  const plans = defaultPlans(4).map((plan) => ({ ...plan, scene: 0 }));
  const [, , elsewhere, rtspOnly] = plans;
  assert.ok(elsewhere && rtspOnly);
  elsewhere.onvifPort = 8899;
  rtspOnly.onvif = null;
  rtspOnly.rtspPort = 8554;
  rtspOnly.sub = null;
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 131 });
  const hidden = structuredClone(rtspOnly);
  hidden.main.path = hiddenPath;
  hidden.rtspPort = 0;
  hiddenYard = await startYard({ cameras: [hidden], discovery: false, firstAddress: 135 });
});
after(async () => {
  await yard.stop();
  await hiddenYard.stop();
});

/** A sealed store and a keychain as app.ts gives them; both can fail. */
class Home {
  document: CameraDocument = emptyCameraDocument;
  readonly entries = new Map<string, string>();
  storeFails = false;
  keychainFails = false;
  readonly pictures: StreamSource[] = [];
  readonly cameras: Cameras;

  constructor(document: CameraDocument = emptyCameraDocument) {
    this.document = document;
    this.cameras = new Cameras({
      store: this,
      keychain: {
        read: (account) =>
          Promise.resolve(
            this.keychainFails ? bad({ code: 'keychainLocked' }) : good(this.entries.get(account) ?? null),
          ),
        write: (account, secret) => this.#keychain(() => this.entries.set(account, secret)),
        remove: (account) => this.#keychain(() => this.entries.delete(account)),
      },
      found: (key) => {
        const camera = yard.cameras.find((one) => one.host === key);
        return camera ? { scheme: 'http', host: key, port: camera.onvifPort, path: '/onvif/device_service' } : null;
      },
      firstPicture: (source) => {
        this.pictures.push(source);
        return Promise.resolve(null);
      },
    });
  }

  get value(): CameraDocument {
    return this.document;
  }

  update(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>> {
    if (this.storeFails) return Promise.resolve(bad({ code: 'diskFull', folder: '', freeBytes: 0 }));
    const changed: unknown = JSON.parse(JSON.stringify(change(this.document)));
    const parsed = parseCameraDocument(changed);
    assert.ok(parsed, 'what is stored can be read back');
    this.document = parsed;
    return Promise.resolve(good(null));
  }

  /** What it held before is nowhere. */
  erase(change: (value: CameraDocument) => CameraDocument): Promise<Outcome<null>> {
    return this.update(change);
  }

  #keychain(act: () => unknown): Promise<Outcome<null>> {
    if (this.keychainFails) return Promise.resolve(bad({ code: 'keychainLocked' }));
    act();
    return Promise.resolve(good(null));
  }

  tryIt(target: TryTarget, user = '', password = '') {
    return this.cameras.tryCamera({ target, user, password }, never);
  }

  async added(camera: YardCamera): Promise<string> {
    const tried = await this.tryIt({ by: 'found', key: camera.host }, camera.user, camera.password);
    assert.ok(tried.ok, JSON.stringify(tried));
    const { tryId } = tried.value;
    const added = await this.cameras.add({ tryId, name: 'Front', records: true, recordsSound: true, keepDays: null });
    assert.ok(added.ok, JSON.stringify(added));
    return added.value.id;
  }
}

let home: Home;
let first: YardCamera;
let second: YardCamera;
beforeEach(async () => {
  home = new Home();
  const [one, two] = yard.cameras;
  assert.ok(one && two);
  first = one;
  second = two;
  await first.fault(null);
  await second.fault(null);
});

test('a try tells everything about a camera and keeps nothing', async () => {
  const tried = await home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.ok(tried.ok);
  const { tryId: _id, reachedInMs: _reached, clockOffsetMs, firstPicture, ...rest } = tried.value;
  assert.deepEqual(rest, {
    kind: 'onvif',
    host: first.host,
    port: first.onvifPort,
    name: 'Front door',
    maker: 'Yard',
    model: 'Y-4110',
    firmware: '5.40',
    serial: '0012345678',
    streams: [
      {
        role: 'main',
        video: 'H.264',
        widthPixels: 1280,
        heightPixels: 720,
        framesPerSecond: 25,
        bitsPerSecond: 2_000_000,
        audio: 'AAC',
      },
      {
        role: 'sub',
        video: 'H.264',
        widthPixels: 640,
        heightPixels: 360,
        framesPerSecond: 25,
        bitsPerSecond: 512_000,
        audio: null,
      },
    ],
    moves: true,
    events: true,
  });
  assert.ok(Math.abs(clockOffsetMs ?? NaN) < 1500);
  assert.equal(firstPicture?.[0], 0xff, 'the snapshot, since the stream gave no picture');
  assert.equal(home.pictures[0]?.url, first.streamUrl('main'));
  assert.ok(!JSON.stringify(rest).includes(first.password));
  assert.deepEqual([home.document, home.entries.size], [emptyCameraDocument, 0]);
});

test('an added camera is on the list without its credentials, and these are in the keychain alone', async () => {
  const id = await home.added(first);
  assert.match(id, /^[0-9a-f]{16}$/);
  const { user, password, host } = first;
  assert.deepEqual(JSON.parse(home.entries.get(id) ?? ''), { user, password, host });
  assert.ok(!JSON.stringify(home.document).includes(first.password));
  assert.ok(!JSON.stringify(home.cameras.list()).includes(first.password));
  assert.equal(home.cameras.idAt(first.host, first.onvifPort), id);
  assert.equal(home.cameras.idAt(first.host, 1), null);
  const [camera] = home.cameras.list();
  assert.deepEqual([camera?.name, camera?.path, camera?.paused], ['Front', '', false]);
  const again = new Home(home.document);
  assert.deepEqual(again.cameras.list(), home.cameras.list());
});

test('a wrong password is told in words, and nothing of the try is left', async () => {
  for (const target of [
    { by: 'found', key: first.host },
    { by: 'address', text: first.streamUrl('main') },
    { by: 'address', text: `http://${first.host}:${first.onvifPort}` },
  ] as const) {
    const tried = await home.tryIt(target, first.user, 'wrong');
    assert.deepEqual(tried, { ok: false, problem: { code: 'passwordRefused' } });
  }
  const choice = { tryId: '0123456789abcdef', name: 'x', records: true, recordsSound: true, keepDays: null };
  assert.deepEqual(await home.cameras.add(choice), { ok: false, problem: { code: 'gone' } });
  assert.deepEqual([home.document, home.entries.size], [emptyCameraDocument, 0]);
});

test('an address with raw credentials in it is tried with these, and kept without them', async () => {
  const text = `ffmpeg -i "rtsp://${first.user}:${first.password}@${first.streamUrl('sub').slice(7)}"`;
  const tried = await home.tryIt({ by: 'address', text });
  assert.ok(tried.ok, JSON.stringify(tried));
  assert.deepEqual([tried.value.kind, tried.value.clockOffsetMs, tried.value.firstPicture], ['rtsp', null, null]);
  const { tryId } = tried.value;
  const added = await home.cameras.add({ tryId, name: 'By hand', records: false, recordsSound: false, keepDays: 7 });
  assert.ok(added.ok);
  assert.deepEqual([added.value.path, added.value.paused, added.value.keepDays], ['/live/sub', true, 7]);
  assert.ok(!JSON.stringify(home.document).includes(first.password));
  const source = await home.cameras.sourceOf(added.value.id, 'main')(never);
  assert.deepEqual(
    source,
    good({
      url: first.streamUrl('sub'),
      credentials: { user: first.user, password: first.password },
      allowsClearPassword: false,
      video: 'H.264',
      audio: null,
    }),
  );
});

test('of a bare host the usual ports are asked, for ONVIF and then for RTSP', async () => {
  const [, , elsewhere, rtspOnly] = yard.cameras;
  assert.ok(elsewhere && rtspOnly);
  const found = await home.tryIt({ by: 'address', text: elsewhere.host }, elsewhere.user, elsewhere.password);
  assert.ok(found.ok, JSON.stringify(found));
  assert.deepEqual([found.value.kind, found.value.port], ['onvif', 8899]);
  const plain = await home.tryIt({ by: 'address', text: rtspOnly.host }, rtspOnly.user, rtspOnly.password);
  assert.ok(plain.ok, JSON.stringify(plain));
  assert.deepEqual([plain.value.kind, plain.value.port, plain.value.streams.length], ['rtsp', 8554, 1]);
  const refused = await home.tryIt({ by: 'address', text: rtspOnly.host }, rtspOnly.user, 'wrong');
  assert.deepEqual(refused, bad({ code: 'passwordRefused' }));
  const nobody = await home.tryIt({ by: 'address', text: '127.0.0.253' });
  assert.deepEqual(nobody, bad({ code: 'noAnswer', host: '127.0.0.253', port: 80 }));
});

test('a password inside the path goes to the keychain with it, and only its place is shown and stored', async () => {
  const [camera] = hiddenYard.cameras;
  assert.ok(camera);
  const tried = await home.tryIt({ by: 'address', text: camera.streamUrl('main') }, camera.user, camera.password);
  assert.ok(tried.ok, JSON.stringify(tried));
  const { tryId } = tried.value;
  const added = await home.cameras.add({ tryId, name: 'x', records: true, recordsSound: true, keepDays: null });
  assert.ok(added.ok);
  assert.equal(added.value.path, '/user=admin_password=\u2026_channel=1_stream=0.sdp?real_stream');
  assert.ok(!JSON.stringify(home.document).includes('tlJw6x'));
  const source = await home.cameras.sourceOf(added.value.id, 'main')(never);
  assert.ok(source.ok);
  assert.equal(source.value.url, camera.streamUrl('main'));
  const signed = { user: camera.user, password: camera.password };
  assert.deepEqual(await home.cameras.signIn(added.value.id, signed, never), good(null));
  const again = await home.cameras.sourceOf(added.value.id, 'main')(never);
  assert.deepEqual(again, source);
});

test('a camera that is on the list is not added twice', async () => {
  const id = await home.added(first);
  const problem = { code: 'alreadyAdded', name: 'Front' };
  const tried = await home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.deepEqual(tried, { ok: false, problem });
  // Nor is it under another address: its serial number is the same.
  const moved = structuredClone(home.document);
  for (const camera of moved.cameras) camera.host = '127.0.0.250';
  const elsewhere = new Home(moved);
  const known = await elsewhere.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.deepEqual(known, { ok: false, problem });
  assert.notEqual(await home.added(second), id);
});

test('a store that cannot be written leaves no credentials behind, nor does a locked keychain leave a camera', async () => {
  const tried = await home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.ok(tried.ok);
  const choice = { tryId: tried.value.tryId, name: 'x', records: true, recordsSound: true, keepDays: null };
  home.storeFails = true;
  assert.deepEqual(await home.cameras.add(choice), bad({ code: 'diskFull', folder: '', freeBytes: 0 }));
  home.storeFails = false;
  home.keychainFails = true;
  assert.deepEqual(await home.cameras.add(choice), bad({ code: 'keychainLocked' }));
  assert.deepEqual([home.document, home.entries.size], [emptyCameraDocument, 0]);
  home.keychainFails = false;
  assert.ok((await home.cameras.add(choice)).ok);
  assert.deepEqual(await home.cameras.add(choice), bad({ code: 'gone' }));
});

test('a try ends when it is stopped, cancelled or replaced, and then cannot be added', async () => {
  const tried = await home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.ok(tried.ok);
  home.cameras.stopTry();
  const choice = { tryId: tried.value.tryId, name: 'x', records: true, recordsSound: true, keepDays: null };
  assert.deepEqual(await home.cameras.add(choice), bad({ code: 'gone' }));
  await first.fault({ notAnswering: true });
  const replaced = home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  const stopped = home.tryIt({ by: 'found', key: first.host }, first.user, first.password);
  assert.deepEqual(await replaced, bad({ code: 'cancelled' }));
  home.cameras.stopTry();
  assert.deepEqual(await stopped, bad({ code: 'cancelled' }));
  assert.deepEqual(await home.tryIt({ by: 'found', key: 'unknown' }), bad({ code: 'gone' }));
  assert.deepEqual(await home.tryIt({ by: 'address', text: '' }), bad({ code: 'badAddress', part: 'empty' }));
});

test('each connect asks the camera where its stream is, and takes the last address when it does not say', async () => {
  const id = await home.added(first);
  const again = new Home(home.document);
  for (const [account, secret] of home.entries) again.entries.set(account, secret);
  const source = await again.cameras.sourceOf(id, 'sub')(never);
  assert.deepEqual(
    source,
    good({
      url: first.streamUrl('sub'),
      credentials: { user: first.user, password: first.password },
      allowsClearPassword: false,
      video: 'H.264',
      audio: null,
    }),
  );
  assert.ok(Math.abs(again.cameras.clockOffsetMs(id) ?? NaN) < 1500);
  await first.fault({ garbage: 'onvif' });
  const third = new Home(home.document);
  for (const [account, secret] of home.entries) third.entries.set(account, secret);
  assert.deepEqual(await third.cameras.sourceOf(id, 'sub')(never), source);
  assert.equal(third.cameras.clockOffsetMs(id), null);
});

test('a stream that has changed since is told as it is now, and kept', async () => {
  const id = await home.added(first);
  const stale = structuredClone(home.document);
  for (const camera of stale.cameras) {
    camera.knownStreams = [{ role: 'main', scheme: 'rtsp', port: 1, path: '/old' }];
    for (const stream of camera.streams) Object.assign(stream, { video: 'H.265', audio: null });
  }
  const again = new Home(stale);
  for (const [account, secret] of home.entries) again.entries.set(account, secret);
  const source = await again.cameras.sourceOf(id, 'main')(never);
  assert.ok(source.ok);
  assert.deepEqual(
    [source.value.url, source.value.video, source.value.audio],
    [first.streamUrl('main'), 'H.264', 'AAC'],
  );
  assert.deepEqual(again.document, home.document);
});

test('a changed password is refused at the next connect, and signing in mends it', async () => {
  const id = await home.added(first);
  await first.fault({ password: 'new p@ss' });
  assert.deepEqual(await home.cameras.sourceOf(id, 'main')(never), bad({ code: 'passwordRefused' }));
  const wrong = await home.cameras.signIn(id, { user: first.user, password: 'wrong' }, never);
  assert.deepEqual(wrong, bad({ code: 'passwordRefused' }));
  assert.ok(!home.entries.get(id)?.includes('wrong'));
  assert.deepEqual(await home.cameras.signIn(id, { user: first.user, password: 'new p@ss' }, never), good(null));
  assert.ok((await home.cameras.sourceOf(id, 'main')(never)).ok);
  assert.ok(home.entries.get(id)?.includes('new p@ss'));
});

test('a keychain that locks itself does not stop a camera in use, and one that was never read is told', async () => {
  const id = await home.added(first);
  home.keychainFails = true;
  assert.ok((await home.cameras.sourceOf(id, 'main')(never)).ok);
  home.cameras.forgetSecrets();
  assert.deepEqual(await home.cameras.sourceOf(id, 'main')(never), bad({ code: 'keychainLocked' }));
  home.keychainFails = false;
  home.entries.set(id, '{"user":');
  home.cameras.forgetSecrets();
  const damaged = await home.cameras.sourceOf(id, 'main')(never);
  assert.ok(!damaged.ok || damaged.value.credentials === null);
});

test('a camera is renamed, paused and removed with its credentials; its name stays while its recordings do', async () => {
  const id = await home.added(first);
  const edited = await home.cameras.edit({ cameraId: id, name: 'Door', recordsSound: false, keepDays: 30 });
  assert.ok(edited.ok && edited.value.name === 'Door' && edited.value.keepDays === 30 && !edited.value.recordsSound);
  const paused = await home.cameras.setPaused(id, true);
  assert.ok(paused.ok && paused.value.paused);
  assert.deepEqual(await home.cameras.remove(id, true), good(null));
  assert.deepEqual([home.cameras.list(), home.entries.size], [[], 0]);
  assert.deepEqual(home.cameras.removed(), [{ id, name: 'Door' }]);
  assert.ok((await home.cameras.forgetRemoved(id)).ok);
  assert.deepEqual(home.document, emptyCameraDocument);
  for (const outcome of [
    await home.cameras.remove(id, true),
    await home.cameras.setPaused(id, true),
    await home.cameras.edit({ cameraId: id, name: 'x', recordsSound: true, keepDays: null }),
    await home.cameras.signIn(id, { user: '', password: '' }, never),
    await home.cameras.sourceOf(id, 'main')(never),
  ]) {
    assert.deepEqual(outcome, bad({ code: 'gone' }));
  }
  home.cameras.close();
  home.cameras.close();
});

test('an entry that the keychain keeps is known, and taken out at the next start', async () => {
  const home = new Home({
    ...emptyCameraDocument,
    cameras: ['00112233445566aa', '00112233445566bb'].map((id) => storedCamera({ id, name: 'Shed' })),
  });
  const ids = home.document.cameras.map(({ id }) => id);
  for (const id of ids) home.entries.set(id, '{}');
  home.keychainFails = true;
  for (const id of ids) assert.deepEqual(await home.cameras.remove(id, false), good(null));
  assert.deepEqual([home.cameras.entriesToGo, home.entries.size], [2, 2]);

  const started = new Home(home.document);
  for (const id of ids) started.entries.set(id, '{}');
  started.keychainFails = true;
  assert.deepEqual(await started.cameras.removeLeftEntries(), bad({ code: 'keychainLocked' }));
  assert.equal(started.cameras.entriesToGo, 2);
  started.keychainFails = false;
  assert.deepEqual(await started.cameras.removeLeftEntries(), good(null));
  assert.deepEqual([started.document, started.entries.size], [emptyCameraDocument, 0]);
});
