/**
 * Moves the vault that where.json names, as the app does, and says when it is done: `node moveOnce.ts <app folder> <to>`.
 * The test kills it at any moment. Nothing lives in the vault here, so there is nothing to close.
 */
import { Moving } from '../../../main/app/moving/moving.ts';
import { whereVault } from '../../../main/app/whereVault.ts';
import { good } from '../../../main/contract/problems.ts';

const [appFolder = '', to = ''] = process.argv.slice(2);
const where = whereVault(appFolder);
const folder = (await where.read()) ?? '';
const moving = new Moving({
  where,
  changed(state) {
    if (state.state === 'done') console.log('done');
    if (state.state === 'stopped') console.log(JSON.stringify(state));
  },
  app: () => ({ phase: 'open', folder }),
  async relocate(_to, work) {
    const moved = await work.move(() => Promise.resolve());
    return moved.ok ? good(null) : moved;
  },
  defect: (error) => String(error),
});
console.log('ready');
const begun = await moving.begin(to);
if (!begun.ok) console.log(JSON.stringify(begun));
