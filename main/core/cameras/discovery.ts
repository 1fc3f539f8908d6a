/**
 * Finds cameras by WS-Discovery on every private IPv4 network of this computer, and asks nowhere else (TTL 1, never
 * from a public address). Tells of each camera once, as it answers; probes are repeated, because a network loses some.
 * Answers are hostile input: bounded, and believed only about the host that sent them. An interface that fails is left
 * out; nothing here throws. Own sockets: the onvif library's discovery asks on one interface only.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { CameraId, FoundCamera, Search } from '../../contract/model.ts';
import type { OnvifPlace } from './onvif.ts';
import { isPrivateAddress, privateNetworks, type PrivateNetwork } from './privateNetworks.ts';
import { readProbeReply, type ProbeMatch } from './probeMatch.ts';

export interface DiscoveryOptions {
  /** The whole search, at each change. */
  on: (search: Search) => void;
  /** The camera on the list at that place, or null. */
  known: (host: string, port: number) => CameraId | null;
}

interface Found extends ProbeMatch {
  /** The search that it last answered. */
  search: number;
}

const group = '239.255.255.250';
const port = 3702;
/** When each round of probes is sent, from the start of the search. */
const probeTimesMs = [0, 300, 1000, 2000, 4000];
const searchMs = 8000;
const maxFound = 256;
const maxReplyBytes = 65_535;

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #found = new Map<string, Found>();
  #networks: PrivateNetwork[] = [];
  #sockets: Socket[] = [];
  #timers: NodeJS.Timeout[] = [];
  #looking = false;
  #count = 0;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** Begins anew. What an earlier search found stays until this one has ended without it. */
  start(): void {
    this.#end();
    this.#looking = true;
    this.#count += 1;
    this.#networks = privateNetworks();
    for (const network of this.#networks) this.#ask(network);
    this.#timers.push(setTimeout(() => this.#finish(), searchMs));
    this.#changed();
  }

  /** Ends the search; what was found stays. May be called twice. */
  stop(): void {
    if (!this.#looking) return;
    this.#end();
    this.#changed();
  }

  search(): Search {
    const found: FoundCamera[] = [...this.#found].map(([key, one]) => ({
      key,
      host: one.place.host,
      port: one.place.port,
      name: one.name,
      model: one.model,
      cameraId: this.#options.known(one.place.host, one.place.port),
    }));
    const networks = this.#networks.map(({ name, network }) => ({ name, network }));
    return { networks, looking: this.#looking, found };
  }

  /** Where the found camera is; null when no search found it. */
  target(key: string): OnvifPlace | null {
    return this.#found.get(key)?.place ?? null;
  }

  #changed(): void {
    this.#options.on(this.search());
  }

  #ask(network: PrivateNetwork): void {
    const socket = createSocket({ type: 'udp4', reuseAddr: false });
    this.#sockets.push(socket);
    // An interface may vanish or refuse multicast: then nothing is found there.
    socket.on('error', () => this.#drop(socket));
    socket.on('message', (bytes, from) => this.#heard(bytes, from));
    // From the interface's own address, so that the probe leaves there, and nowhere else.
    socket.bind({ address: network.address, port: 0, exclusive: true }, () => {
      try {
        socket.setMulticastInterface(network.address);
        socket.setMulticastTTL(1);
      } catch {
        this.#drop(socket);
        return;
      }
      for (const atMs of probeTimesMs) this.#timers.push(setTimeout(() => this.#probe(socket), atMs));
    });
  }

  #probe(socket: Socket): void {
    if (!this.#sockets.includes(socket)) return;
    for (const type of ['dn:NetworkVideoTransmitter', 'tds:Device']) {
      socket.send(probeMessage(type), port, group, (error) => {
        if (error) this.#drop(socket);
      });
    }
  }

  #drop(socket: Socket): void {
    const at = this.#sockets.indexOf(socket);
    if (at === -1) return;
    this.#sockets.splice(at, 1);
    socket.close();
  }

  #heard(bytes: Buffer, from: RemoteInfo): void {
    if (!this.#looking || bytes.length > maxReplyBytes || !isPrivateAddress(from.address)) return;
    let isNews = false;
    for (const match of readProbeReply(bytes.toString('utf8'), from.address)) {
      const key = this.#keyOf(match);
      const earlier = this.#found.get(key);
      if (earlier === undefined && this.#found.size >= maxFound) continue;
      isNews ||= earlier === undefined || earlier.name !== match.name || earlier.model !== match.model;
      const place = earlier?.place ?? match.place;
      this.#found.set(key, { ...match, place, search: this.#count });
    }
    if (isNews) this.#changed();
  }

  /** The same host and port, or one camera heard by two of its own addresses, is one camera. */
  #keyOf(match: ProbeMatch): string {
    for (const [key, one] of this.#found) {
      // Some makers give every unit the same endpoint, so that alone does not make them one.
      if (one.endpoint === match.endpoint && match.endpoint !== '' && match.hosts.includes(one.place.host)) return key;
    }
    return `${match.place.host}:${match.place.port}`;
  }

  #finish(): void {
    for (const [key, one] of this.#found) if (one.search !== this.#count) this.#found.delete(key);
    this.stop();
  }

  #end(): void {
    this.#looking = false;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    for (const socket of this.#sockets.splice(0)) socket.close();
  }
}

/** WS-Discovery 2005/04, as ONVIF core 7.3 wants it. A new message id each time, or repeats go unanswered. */
function probeMessage(type: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" ' +
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" ' +
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">' +
    `<e:Header><w:MessageID>uuid:${randomUuid()}</w:MessageID>` +
    '<w:To e:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>' +
    '<w:Action e:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>' +
    `<e:Body><d:Probe><d:Types>${type}</d:Types></d:Probe></e:Body></e:Envelope>`
  );
}

/** RFC 9562, version 4. */
function randomUuid(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
