/**
 * Whether this computer itself has a way to one camera: a network interface that runs, has an address, and is in the
 * camera's network where one was before. Where there is none, the cause is this computer's network and not the camera.
 * Listens to nothing and sends nothing: it reads the list of interfaces, a few microseconds. Whether a router leads to a
 * camera in another network only a try can tell (wire/socketTrouble.ts); of a camera that is known by a name only
 * whether there is any network at all.
 */
import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const loopback = listOf([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
/** What a computer gives itself when nobody gives it an address. */
const ownMaking = listOf([
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
]);

export class Way {
  readonly #host: () => string;
  readonly #interfaces: () => Interfaces;
  /** The host that an interface was seen to be in one network with. */
  #neighbour: string | null = null;

  /** `host`: the camera's address or name, as it is now. */
  constructor(host: () => string, interfaces: () => Interfaces = networkInterfaces) {
    this.#host = host;
    this.#interfaces = interfaces;
  }

  /** There is no way to it now. To be asked often: what it was like while there was one is remembered. */
  isGone(): boolean {
    // An address of IPv6 may stand in brackets.
    const host = this.#host().replace(/^\[(.*)\]$/, '$1');
    const version = isIP(host);
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (host === 'localhost' || (version !== 0 && loopback.check(host, family))) return false;
    const own = Object.values(this.#interfaces()).flatMap((entries) => entries ?? []);
    if (version !== 0 && own.some(({ address }) => address === host)) return false;
    const outward = own.filter(({ internal }) => !internal);
    if (version === 0) return !outward.some(({ address, family: of }) => !ownMaking.check(address, familyOf(of)));
    const ofFamily = outward.filter(({ family: of }) => familyOf(of) === family);
    if (ofFamily.some((one) => holds(one, host, family))) {
      this.#neighbour = host;
      return false;
    }
    const leadsOut = ofFamily.some(({ address }) => !ownMaking.check(address, family));
    return !leadsOut || this.#neighbour === host;
  }
}

function holds({ cidr }: NetworkInterfaceInfo, host: string, family: 'ipv4' | 'ipv6'): boolean {
  const [address = '', prefix = ''] = cidr?.split('/') ?? [];
  if (isIP(address) === 0 || prefix === '') return false;
  return listOf([[address, Number(prefix), family]]).check(host, family);
}

function familyOf(family: string): 'ipv4' | 'ipv6' {
  return family === 'IPv6' ? 'ipv6' : 'ipv4';
}

function listOf(subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of subnets) list.addSubnet(address, prefix, family);
  return list;
}
