/**
 * The streams between page and main, one MessagePort each. Checks every request and every message of the page with
 * the contract; a page that breaks it loses the stream. A stream ends once: when either side closes it, or when the
 * page of its window is gone (`closeAll`). After its end `send` and `notice` do nothing, so a producer need not ask first.
 */
import type { MessagePortMain } from 'electron';
import * as v from 'valibot';
import type { WindowName } from '../contract/model.ts';
import type { PlaybackNotice } from '../contract/playback.ts';
import {
  pageMessage,
  streamRequest,
  type LiveNotice,
  type PageMessage,
  type StreamRequest,
} from '../contract/stream.ts';
import { isSmall } from './weight.ts';

/**
 * Of each window: 16 tiles, each changing from one stream to another, and 16 cameras played back in step, with room to
 * spare.
 */
const mostStreams = 128;

/** What a stream uses of its port. */
type Port = Pick<MessagePortMain, 'on' | 'once' | 'start' | 'postMessage' | 'close'>;

export class StreamPort {
  readonly request: StreamRequest;
  readonly #port: Port;
  readonly #messageListeners: ((message: PageMessage) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #early: PageMessage[] = [];
  #closed = false;

  constructor(port: Port, request: StreamRequest) {
    this.request = request;
    this.#port = port;
    port.on('message', (event) => this.#receive(event.data));
    port.once('close', () => this.close());
    port.start();
  }

  /** One binary message. Bytes that share their buffer are copied first, so that neighbours never leave. */
  send(packet: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    this.#port.postMessage(packet.byteLength === packet.buffer.byteLength ? packet : packet.slice());
  }

  notice(notice: LiveNotice | PlaybackNotice): void {
    if (!this.#closed) this.#port.postMessage(notice);
  }

  /** Messages that came before the first listener are delivered to it. */
  onMessage(listener: (message: PageMessage) => void): void {
    this.#messageListeners.push(listener);
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener(message);
  }

  /** Called once; at once when the stream has ended already. */
  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#early = [];
    this.#port.close();
    for (const listener of this.#closeListeners) listener();
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    const message = isSmall(data) ? v.safeParse(pageMessage, data) : null;
    if (!message?.success) this.close();
    else if (this.#messageListeners.length === 0) this.#keepEarly(message.output);
    else for (const listener of this.#messageListeners) listener(message.output);
  }

  #keepEarly(message: PageMessage): void {
    if (this.#early.length < 100) this.#early.push(message);
    else this.close();
  }
}

export interface StreamDesk {
  /** Takes a stream over. Called when the program is open; streams that come before wait for it. */
  open: Promise<(stream: StreamPort) => void>;
  defect: (error: unknown, where: string) => string;
}

export class Streams {
  readonly #desk: StreamDesk;
  /** Of which window each is. */
  readonly #open = new Map<StreamPort, WindowName>();

  constructor(desk: StreamDesk) {
    this.#desk = desk;
  }

  get count(): number {
    return this.#open.size;
  }

  accept(port: Port, request: unknown, from: WindowName = 'main'): void {
    const checked = isSmall(request) ? v.safeParse(streamRequest, request) : null;
    if (!checked?.success || this.#of(from).length >= mostStreams) {
      port.close();
      return;
    }
    const stream = new StreamPort(port, checked.output);
    this.#open.set(stream, from);
    stream.onClose(() => this.#open.delete(stream));
    void this.#hand(stream);
  }

  /** Those of one window, or of all. */
  closeAll(from?: WindowName): void {
    for (const stream of from === undefined ? [...this.#open.keys()] : this.#of(from)) stream.close();
  }

  #of(from: WindowName): StreamPort[] {
    return [...this.#open].filter(([, window]) => window === from).map(([stream]) => stream);
  }

  async #hand(stream: StreamPort): Promise<void> {
    try {
      const open = await this.#desk.open;
      if (this.#open.has(stream)) open(stream);
    } catch (error) {
      this.#desk.defect(error, `stream ${stream.request.kind}`);
      stream.close();
    }
  }
}
