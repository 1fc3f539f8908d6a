/**
 * Tells when this computer's networks come and go, from the addresses of its interfaces; so that lost cameras are
 * tried at once when the network is back. A look costs a few microseconds; it listens to nothing.
 */
import { networkInterfaces } from 'node:os';

const lookEveryMs = 1000;

export function watchNetworks(changed: (online: boolean) => void): { close(): void } {
  let before = addresses();
  const timer = setInterval(() => {
    const after = addresses();
    const came = [...after].some((address) => !before.has(address));
    const went = [...before].some((address) => !after.has(address));
    before = after;
    if (came || went) changed(came || after.size > 0);
  }, lookEveryMs).unref();
  return { close: () => clearInterval(timer) };
}

/** This computer has an address that is not its own alone. */
export function isOnline(): boolean {
  return addresses().size > 0;
}

function addresses(): Set<string> {
  const found = new Set<string>();
  for (const [name, entries] of Object.entries(networkInterfaces()))
    for (const { address, internal } of entries ?? []) if (!internal) found.add(`${name} ${address}`);
  return found;
}
