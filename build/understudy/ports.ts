/**
 * MessageChannelMain and MessagePortMain. Two ends inside main clone to each other; an end whose partner went to a page
 * speaks over that page's wire. Stricter than Electron: a view that does not cover its whole buffer is refused, because
 * Electron would clone the whole slab, neighbours included.
 */
import type { MessagePortMain } from 'electron';
import { nodeCodec } from './nodeCodec.ts';
import { StrictEmitter } from './strict.ts';

/** The far side of a port: the page that holds its partner. */
export interface PortWire {
  post(id: string, value: unknown, ports: readonly StandInPort[]): void;
  closed(id: string): void;
}

export class StandInPort
  extends StrictEmitter
  implements
    Pick<MessagePortMain, 'close' | 'start'>,
    Record<'postMessage', (value: unknown, transfer?: StandInPort[]) => void>
{
  #partner: StandInPort | null = null;
  #wire: { to: PortWire; id: string } | null = null;
  #state: 'open' | 'moved' | 'closed' = 'open';
  #started = false;
  #waiting: { data: unknown; ports: readonly StandInPort[] }[] = [];

  static pair(): [StandInPort, StandInPort] {
    const pair: [StandInPort, StandInPort] = [new StandInPort(), new StandInPort()];
    pair[0].#partner = pair[1];
    pair[1].#partner = pair[0];
    return pair;
  }

  /** A port that came from a page. */
  static fromPage(to: PortWire, id: string): StandInPort {
    const port = new StandInPort();
    port.#wire = { to, id };
    return port;
  }

  /** This port leaves for a page: its partner here speaks over the wire from now on. Returns the partner. */
  moveToPage(to: PortWire, id: string): StandInPort {
    const partner = this.#partner;
    if (this.#state !== 'open' || !partner) throw new Error('understudy: this port cannot be transferred');
    this.#state = 'moved';
    partner.#partner = null;
    partner.#wire = { to, id };
    return partner;
  }

  postMessage(value: unknown, transfer: StandInPort[] = []): void {
    if (this.#state === 'moved') throw new Error('understudy: a port that was transferred cannot post');
    if (ArrayBuffer.isView(value) && value.byteLength !== value.buffer.byteLength) {
      throw new Error('understudy: a posted view must own its whole buffer');
    }
    if (this.#state === 'closed') return;
    if (this.#wire) this.#wire.to.post(this.#wire.id, value, transfer);
    else this.#partner?.receive(nodeCodec.decode(nodeCodec.encode(value)), transfer);
  }

  receive(data: unknown, ports: readonly StandInPort[]): void {
    if (this.#state === 'closed') return;
    if (this.#started) setImmediate(() => this.emit('message', { data, ports }));
    else this.#waiting.push({ data, ports });
  }

  start(): void {
    this.#started = true;
    for (const event of this.#waiting.splice(0)) setImmediate(() => this.emit('message', event));
  }

  close(): void {
    if (this.#state === 'closed') return;
    const wire = this.#wire;
    const partner = this.#partner;
    this.end();
    if (wire) wire.to.closed(wire.id);
    else partner?.end();
  }

  /** The far end is gone. */
  end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    setImmediate(() => this.emit('close'));
  }
}

export class StandInChannel {
  readonly port1: StandInPort;
  readonly port2: StandInPort;

  constructor() {
    [this.port1, this.port2] = StandInPort.pair();
  }
}
