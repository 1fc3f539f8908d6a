/** Which small pictures are kept, and that what was deleted is not shown any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StillShelf } from '../../../renderer/live/stillShelf.ts';

class Still {
  closed = false;
  close(): void {
    this.closed = true;
  }
}

/** A picture every two seconds of each camera. */
function filled(most = 100): { shelf: StillShelf<Still>; stills: Still[] } {
  const shelf = new StillShelf<Still>(most);
  const stills: Still[] = [];
  for (const cameraId of ['a', 'b']) {
    for (let fromMs = 0; fromMs < 10_000; fromMs += 2000) {
      const still = new Still();
      stills.push(still);
      shelf.put({ cameraId, fromMs, toMs: fromMs + 2000, still });
    }
  }
  return { shelf, stills };
}

test('a moment has the picture of its span, and of no other camera', () => {
  const { shelf, stills } = filled();
  assert.equal(shelf.find('a', 2000), stills[1]);
  assert.equal(shelf.find('b', 3999), stills[6]);
  assert.equal(shelf.find('a', 10_000), null);
  assert.equal(shelf.find('c', 0), null);
});

test('what touches a deleted span is closed and not found any more; the rest stays', () => {
  const { shelf, stills } = filled();
  shelf.forget('a', { fromMs: 3000, toMs: 6000 });
  assert.deepEqual(
    [0, 2000, 4000, 6000].map((atMs) => shelf.find('a', atMs) !== null),
    [true, false, false, true],
  );
  assert.ok(shelf.find('b', 4000));
  assert.deepEqual(
    stills.map(({ closed }) => closed),
    [false, true, true, false, false, false, false, false, false, false],
  );
});

test('a camera, and all of them, are forgotten whole', () => {
  const { shelf, stills } = filled();
  shelf.forget('a', null);
  assert.equal(shelf.find('a', 0), null);
  assert.ok(shelf.find('b', 0));
  shelf.forget(null, null);
  assert.ok(stills.every(({ closed }) => closed));
});

test('beyond the bound the first goes, closed', () => {
  const { shelf, stills } = filled(9);
  assert.equal(shelf.find('a', 0), null);
  assert.deepEqual(
    stills.filter(({ closed }) => closed),
    stills.slice(0, 1),
  );
});
