/** Runs beside lock.test.ts as a process of its own: takes the vault's lock, says how that went, and stays. */
import { lockVault } from '../../../main/core/vault/lock.ts';

const locked = await lockVault(process.argv[2] ?? '');
process.stdout.write(`${locked.ok ? 'locked' : locked.problem.code}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  const released = locked.ok ? locked.value.release() : Promise.resolve();
  void released.then(() => process.exit(0));
});
