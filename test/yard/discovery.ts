/**
 * WS-Discovery (OASIS 2005/04) of the yard, on the loopback interface only: answers each Probe once for every camera
 * that it asks for, from that camera's own address where the system has it, and says Hello and Bye. Datagrams that are
 * no probe are ignored. `close()` says Bye for those still there and may be called twice.
 */
import { createSocket, type Socket } from 'node:dgram';
import { createHash, randomUUID } from 'node:crypto';
import type { CameraState } from './cameraState.ts';
import { scopesOf } from './onvif/device.ts';
import { baseAddress } from './onvif/service.ts';
import { escapeXml, find, parseXml, textOf, type Element } from './xml.ts';

const group = '239.255.255.250';
const port = 3702;
const loopback = '127.0.0.1';
const wsd = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
const anonymous = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';
const everyone = 'urn:schemas-xmlsoap-org:ws:2005:04:discovery';

export class Discovery {
  private listener: Socket | null = null;
  private readonly senders = new Map<CameraState, Socket>();
  private messages = 0;

  /** Rejects when the port or the group is not to be had. */
  async open(): Promise<void> {
    const listener = createSocket({ type: 'udp4', reuseAddr: true });
    this.listener = listener;
    await bind(listener, port, process.platform === 'win32' ? undefined : group);
    listener.addMembership(group, loopback);
    listener.on('message', (bytes, from) => this.receive(bytes, from.address, from.port));
    listener.on('error', () => undefined);
  }

  /** From now on this camera answers. */
  async hello(camera: CameraState): Promise<void> {
    if (this.senders.has(camera)) return;
    const sender = createSocket({ type: 'udp4' });
    this.senders.set(camera, sender);
    sender.on('error', () => undefined);
    await bind(sender, 0, camera.host);
    sender.setMulticastInterface(loopback);
    await this.send(sender, this.announcement(camera, 'Hello'), group, port);
  }

  async bye(camera: CameraState): Promise<void> {
    const sender = this.senders.get(camera);
    if (!sender) return;
    this.senders.delete(camera);
    await this.send(sender, this.announcement(camera, 'Bye'), group, port);
    await new Promise<void>((resolve) => sender.close(() => resolve()));
  }

  async close(): Promise<void> {
    for (const camera of [...this.senders.keys()]) await this.bye(camera);
    const { listener } = this;
    this.listener = null;
    if (listener) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }

  private receive(bytes: Buffer, host: string, fromPort: number): void {
    if (bytes.length > 16 * 1024) return;
    const envelope = parseXml(bytes.toString('utf8'));
    const probe = find(envelope, 'Body', 'Probe');
    const asked = textOf(envelope, 'Header', 'MessageID');
    if (envelope?.name !== 'Envelope' || !probe || asked === '' || !asksForCameras(probe)) return;
    for (const [camera, sender] of this.senders) {
      if (!camera.silent && camera.fault.drop !== true)
        void this.send(sender, this.match(camera, asked), host, fromPort);
    }
  }

  private match(camera: CameraState, asked: string): string {
    const body = `<d:ProbeMatches><d:ProbeMatch>${identity(camera)}</d:ProbeMatch></d:ProbeMatches>`;
    return this.envelope('ProbeMatches', anonymous, body, `<a:RelatesTo>${escapeXml(asked)}</a:RelatesTo>`);
  }

  private announcement(camera: CameraState, kind: 'Hello' | 'Bye'): string {
    const body = kind === 'Hello' ? identity(camera) : endpoint(camera);
    return this.envelope(kind, everyone, `<d:${kind}>${body}</d:${kind}>`, '');
  }

  private envelope(action: string, to: string, body: string, relation: string): string {
    this.messages++;
    return (
      '<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
      `xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="${wsd}" ` +
      'xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">' +
      `<s:Header><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>${relation}<a:To>${to}</a:To>` +
      `<a:Action>${wsd}/${action}</a:Action>` +
      `<d:AppSequence InstanceId="1" MessageNumber="${this.messages}"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`
    );
  }

  /** A datagram that cannot be sent is lost, as datagrams are. */
  private async send(socket: Socket, text: string, host: string, toPort: number): Promise<void> {
    await new Promise<void>((resolve) => socket.send(text, toPort, host, () => resolve()));
  }
}

/** An empty Types asks for every device. */
function asksForCameras(probe: Element): boolean {
  const types = textOf(probe, 'Types').split(/\s+/).filter(Boolean);
  return types.every((type) => /^(?:[^:]*:)?(?:NetworkVideoTransmitter|Device)$/.test(type));
}

function identity(camera: CameraState): string {
  const address = `${baseAddress(camera)}${camera.plan.onvif?.path ?? ''}`;
  return (
    `${endpoint(camera)}<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>` +
    `<d:Scopes>${escapeXml(scopesOf(camera).join(' '))}</d:Scopes><d:XAddrs>${escapeXml(address)}</d:XAddrs>` +
    '<d:MetadataVersion>1</d:MetadataVersion>'
  );
}

/** The same for the same camera, always. */
function endpoint(camera: CameraState): string {
  return `<a:EndpointReference><a:Address>urn:uuid:${uuidOf(camera)}</a:Address></a:EndpointReference>`;
}

export function uuidOf({ plan }: CameraState): string {
  const digits = createHash('sha256').update(`yard ${plan.serial} ${plan.name}`).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

async function bind(socket: Socket, toPort: number, host: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port: toPort, ...(host === undefined ? {} : { address: host }) }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
