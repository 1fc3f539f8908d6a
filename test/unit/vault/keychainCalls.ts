/**
 * Runs beside keychain.test.ts as a process of its own, because a process has one message bus for life. Reads one call
 * a line from its input (`read account`, `write account secret`, `remove account`) and prints each outcome as JSON.
 */
import { createInterface } from 'node:readline';
import { Keychain } from '../../../main/core/vault/keychain.ts';

const keychain = new Keychain('Nightjar test', Number(process.argv[2]));

async function answer(call: string, account: string, secret: string): Promise<unknown> {
  if (call === 'read') return keychain.read(account);
  if (call === 'write') return keychain.write(account, secret);
  return keychain.remove(account);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [call = '', account = '', ...secret] = line.split(' ');
  console.log(JSON.stringify(await answer(call, account, secret.join(' '))));
}
// A call that hangs would keep the process.
process.exit(0);
