/**
 * The page's end of one playback stream: asks for a moment, grants credit, and hands on what answers the last question.
 * What answers an older one is counted and dropped. Main sends only as much as was granted, so nothing piles up. Never
 * throws: a stream that cannot be had, or that ended, is told by `ended`, once. `close` may be called twice.
 */
import { decodePacket, type PageMessage, type PlaybackNotice } from '../../main/contract/stream.ts';

export interface PlaybackStreamEvents {
  /** The stream is there; before this, nothing can be asked. */
  ready(): void;
  notice(notice: PlaybackNotice): void;
  /** Bytes for the media source; `endMs` is null for those that begin a recording. */
  media(bytes: Uint8Array<ArrayBuffer>, endMs: number | null): void;
  /** A binary message came, wanted or not. */
  spent(): void;
  ended(): void;
}

export class PlaybackStream {
  readonly #on: PlaybackStreamEvents;
  readonly #over = new AbortController();
  #port: MessagePort | null = null;
  #ticket = 0;
  #granted = 0;

  /** `open` gives the stream's port, and rejects when it cannot be had. */
  constructor(open: (signal: AbortSignal) => Promise<MessagePort>, on: PlaybackStreamEvents) {
    this.#on = on;
    open(this.#over.signal).then(
      (port) => this.#take(port),
      () => this.#end(),
    );
  }

  get isOpen(): boolean {
    return this.#port !== null;
  }

  /** Binary messages that main may still send. */
  get granted(): number {
    return this.#granted;
  }

  /** From now on only what answers this is handed on. */
  seek(toMs: number): void {
    this.#ticket = (this.#ticket % 65_535) + 1;
    this.#send({ is: 'seek', toMs, ticket: this.#ticket });
  }

  /** What still answers the last question is dropped as well. */
  ignore(): void {
    this.#ticket = (this.#ticket % 65_535) + 1;
  }

  grant(messages: number): void {
    this.#granted += messages;
    this.#send({ is: 'credit', messages });
  }

  close(): void {
    this.#over.abort();
    this.#port?.close();
    this.#port = null;
  }

  #take(port: MessagePort): void {
    const { signal } = this.#over;
    if (signal.aborted) {
      port.close();
      return;
    }
    this.#port = port;
    port.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data), { signal });
    port.addEventListener('close', () => this.#end(), { signal });
    port.start();
    this.#on.ready();
  }

  #receive(message: unknown): void {
    if (message instanceof Uint8Array) {
      this.#granted -= 1;
      // A port clones: the bytes lie in an ordinary buffer of the page.
      const packet = decodePacket(message as Uint8Array<ArrayBuffer>);
      if (packet?.ticket === this.#ticket) {
        this.#on.media(packet.data, packet.kind === 'fragment' ? packet.timeMs + packet.durationMs : null);
      }
      this.#on.spent();
    } else {
      // Everything else on a playback port is such a notice, by the contract; the page trusts main.
      const notice = message as PlaybackNotice;
      if (notice.ticket === this.#ticket) this.#on.notice(notice);
    }
  }

  #send(message: PageMessage): void {
    this.#port?.postMessage(message);
  }

  #end(): void {
    if (this.#over.signal.aborted) return;
    this.close();
    this.#on.ended();
  }
}
