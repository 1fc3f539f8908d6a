/**
 * Tells which addresses are private (RFC 1918, link-local, loopback) and which private networks this computer is on.
 * Discovery asks only on these, and an address that a camera reports is judged here. Pure but for one question to the
 * operating system; never throws. IPv6 is judged too, though discovery itself is IPv4 only.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface PrivateNetwork {
  /** As the system calls it. */
  name: string;
  /** This computer's own IPv4 address there. */
  address: string;
  /** In CIDR: 192.168.1.0/24. */
  network: string;
}

/** False for names, and for anything that is no address at all. */
export function isPrivateAddress(host: string): boolean {
  if (isIPv4(host)) return isPrivateIPv4(host);
  if (!isIPv6(host)) return false;
  const lower = host.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1];
  if (mapped !== undefined) return isPrivateIPv4(mapped);
  return lower === '::1' || /^fe[89ab][0-9a-f]:/.test(lower) || /^f[cd][0-9a-f]{2}:/.test(lower);
}

function isPrivateIPv4(address: string): boolean {
  const [first = 0, second = 0] = address.split('.').map(Number);
  return (
    first === 10 ||
    first === 127 ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254)
  );
}

/** 192.168.1.7/24 → 192.168.1.0/24; null for anything else than IPv4 in CIDR. */
export function networkOf(cidr: string): string | null {
  const [address = '', bitsText = ''] = cidr.split('/');
  const bits = Number(bitsText);
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bitsText) || bits > 32) return null;
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const start = Math.floor(value / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${parts.join('.')}/${bits}`;
}

/** Each private IPv4 network that this computer is on, loopback last. */
export function privateNetworks(): PrivateNetwork[] {
  const found: PrivateNetwork[] = [];
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    for (const entry of entries ?? []) {
      if (entry.family !== 'IPv4' || !isPrivateIPv4(entry.address)) continue;
      const network = entry.cidr === null ? null : networkOf(entry.cidr);
      if (network !== null) found.push({ name, address: entry.address, network });
    }
  }
  const isLoopback = (network: PrivateNetwork) => network.address.startsWith('127.');
  return [...found.filter((network) => !isLoopback(network)), ...found.filter(isLoopback)];
}
