/**
 * The ports of one page: those that came from it, and the partners of those that went to it. What they post goes over
 * the page's wire; when the document is gone, all of them end.
 */
import { nodeCodec } from './nodeCodec.ts';
import { StandInPort, type PortWire } from './ports.ts';
import type { FromPage, ToPage } from './worlds/messages.ts';

export class PagePorts implements PortWire {
  readonly #push: (message: ToPage) => void;
  readonly #ports = new Map<string, StandInPort>();
  #last = 0;

  constructor(push: (message: ToPage) => void) {
    this.#push = push;
  }

  /** A port that the page sent. */
  takeIn(id: string): StandInPort {
    const port = StandInPort.fromPage(this, id);
    this.#ports.set(id, port);
    return port;
  }

  /** Sends a port to the page; returns the name under which it travels. */
  moveOut(port: StandInPort): string {
    const id = `main${++this.#last}`;
    this.#ports.set(id, port.moveToPage(this, id));
    return id;
  }

  receive({ id, value, ports }: FromPage & { op: 'port' }): void {
    const taken = ports.map((each) => this.takeIn(each));
    this.#ports.get(id)?.receive(nodeCodec.decode(value), taken);
  }

  /** The page's end is gone. */
  ended(id: string): void {
    this.#ports.get(id)?.end();
    this.#ports.delete(id);
  }

  endAll(): void {
    for (const port of this.#ports.values()) port.end();
    this.#ports.clear();
  }

  post(id: string, value: unknown, ports: readonly StandInPort[]): void {
    const encoded = nodeCodec.encode(value);
    this.#push({ op: 'port', id, value: encoded, ports: ports.map((port) => this.moveOut(port)) });
  }

  closed(id: string): void {
    this.#ports.delete(id);
    this.#push({ op: 'portClosed', id });
  }
}
