/** The camera list as it comes back from the disk, which may hold anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cameraDocumentSteps,
  cameraDocumentVersion,
  emptyCameraDocument,
  parseCameraDocument,
  type StoredCamera,
} from '../../../main/core/cameras/cameraDocument.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';

const camera: StoredCamera = {
  id: '0123456789abcdef',
  name: 'Front door',
  kind: 'onvif',
  host: '192.168.1.64',
  port: 80,
  path: '',
  maker: 'Yard',
  model: 'Y-1',
  firmware: '5.40',
  serial: '0012345678',
  streams: [
    {
      role: 'main',
      video: 'H.265',
      widthPixels: 3840,
      heightPixels: 2160,
      framesPerSecond: 12.5,
      bitsPerSecond: null,
      audio: 'AAC',
    },
    {
      role: 'sub',
      video: 'H.264',
      widthPixels: 640,
      heightPixels: 360,
      framesPerSecond: null,
      bitsPerSecond: 512_000,
      audio: null,
    },
  ],
  moves: { panTilt: true, zoom: false, presets: 64, home: true, storesHome: false },
  allowsClearPassword: false,
  recordsSound: true,
  keepDays: null,
  plan: firstPlan,
  paused: false,
  addedMs: 1_795_000_000_000,
  scheme: 'http',
  servicePath: '/onvif/device_service',
  knownStreams: [{ role: 'main', scheme: 'rtsp', port: 554, path: '/live' }],
};
const document = {
  cameras: [camera, { ...camera, id: '0123456789abcdee', keepDays: 'room' }],
  removed: [{ id: 'fedcba9876543210', name: 'Shed' }],
  entriesToGo: ['fedcba987654321f'],
  protectedSpans: [{ cameraId: 'fedcba9876543210', fromMs: 1, toMs: 2 }],
};

test('a document comes back as it was written', () => {
  for (const one of [document, emptyCameraDocument]) {
    assert.deepEqual(parseCameraDocument(JSON.parse(JSON.stringify(one))), one);
  }
});

test('a document with anything wrong in it is refused whole', () => {
  const wrong: [name: keyof StoredCamera, value: unknown][] = [
    ['id', '0123'],
    ['id', '../../../../etc'],
    ['name', ''],
    ['name', 'a\nb'],
    ['kind', 'other'],
    ['host', 'evil host'],
    ['host', 'a/b'],
    ['host', 'user@host'],
    ['port', 0],
    ['port', 1.5],
    ['port', '80'],
    ['path', 3],
    ['serial', 12345678],
    ['streams', {}],
    ['streams', [{ ...camera.streams[0], role: 'third' }]],
    ['streams', [{ ...camera.streams[0], widthPixels: -1 }]],
    ['streams', [{ ...camera.streams[0], video: ['H.264'] }]],
    ['moves', true],
    ['moves', { ...camera.moves, presets: -1 }],
    ['moves', { ...camera.moves, home: 'yes' }],
    ['recordsSound', 'yes'],
    ['keepDays', 0],
    ['keepDays', 'for ever'],
    ['keepDays', NaN],
    ['paused', null],
    ['plan', null],
    ['plan', { ...firstPlan, mode: 'sometimes' }],
    ['plan', { ...firstPlan, preRollSeconds: 61 }],
    ['plan', { ...firstPlan, postRollSeconds: 4 }],
    ['plan', { ...firstPlan, hours: [1, 2, 3] }],
    ['plan', { ...firstPlan, hours: [0, 0, 0, 0, 0, 0, 2 ** 24] }],
    ['addedMs', -1],
    ['scheme', 'rtsp'],
    ['scheme', 'file'],
    ['servicePath', 'no slash'],
    ['servicePath', '/a\r\nEvil: yes'],
    ['knownStreams', [{ role: 'main', scheme: 'http', port: 554, path: '/' }]],
    ['knownStreams', null],
  ];
  for (const [name, value] of wrong) {
    const changed = { ...document, cameras: [{ ...camera, [name]: value }] };
    assert.equal(parseCameraDocument(changed), null, `${name}: ${JSON.stringify(value)}`);
  }
  for (const name of Object.keys(camera)) {
    const { [name as keyof StoredCamera]: _left, ...rest } = camera;
    assert.equal(parseCameraDocument({ ...document, cameras: [rest] }), null, `without ${name}`);
  }
  assert.equal(parseCameraDocument({ cameras: [camera, camera], removed: [] }), null);
  assert.equal(parseCameraDocument({ cameras: Array.from({ length: 1001 }, () => camera), removed: [] }), null);
});

test('cameras from before there were plans go on being recorded always', () => {
  const { plan: _plan, ...before } = camera;
  const step = cameraDocumentSteps[cameraDocumentVersion - 2];
  assert.deepEqual(parseCameraDocument(step?.({ ...document, cameras: [before] })), { ...document, cameras: [camera] });
  assert.equal(cameraDocumentSteps.length, cameraDocumentVersion - 1);
});

test('nothing else is taken for a document', () => {
  for (const value of [
    null,
    undefined,
    0,
    '',
    [],
    {},
    { cameras: [] },
    { removed: [] },
    { cameras: [null], removed: [] },
  ]) {
    assert.equal(parseCameraDocument(value), null);
  }
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (one, other) => {
      parseCameraDocument(one);
      parseCameraDocument({ cameras: [one], removed: [other] });
      parseCameraDocument({ ...document, cameras: [{ ...camera, streams: [one], knownStreams: [other] }] });
    }),
    { seed: 17, numRuns: 1000 },
  );
});
