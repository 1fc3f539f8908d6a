/** A defect in main reaches the page as an id to look for in the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defectOf } from '../../../renderer/state/defect.ts';

test('a call that ended in a defect tells its id, every other failure tells none', () => {
  assert.deepEqual(defectOf(new Error('defect 0badcafe')), { code: 'defect', id: '0badcafe' });
  for (const other of [new Error('refused argument'), new Error('defect '), 'defect 0badcafe', null, undefined]) {
    assert.equal(defectOf(other), null);
  }
});
