/**
 * The worker's end of one playback stream: asks for what is missing around a moment, fills the store with what comes, and
 * grants credit. Of questions only the newest counts: when another moment is wanted, those on their way are given up.
 * Never throws; a stream that ends is told by `ended`, once. `close` may be called twice.
 */
import { decodeSamples, type PlaybackFormat, type PlaybackNotice } from '../../../main/contract/playback.ts';
import type { PageMessage } from '../../../main/contract/stream.ts';
import type { CodedSample, Group, GroupStore } from './groupStore.ts';

const creditMessages = 64;
const portionMessages = 16;

export interface GroupSourceListener {
  /** Something came that may make a picture possible. */
  changed(): void;
  ended(): void;
}

interface Asked {
  ticket: number;
  atMs: number;
  have: number;
  /** Its answer is on its way. */
  group: Group | null;
}

export class GroupSource {
  readonly formats = new Map<number, PlaybackFormat>();
  readonly #port: MessagePort;
  readonly #store: GroupStore;
  readonly #on: GroupSourceListener;
  #asked: Asked[] = [];
  #ticket = 0;
  #owed = 0;
  #closed = false;

  constructor(port: MessagePort, store: GroupStore, on: GroupSourceListener) {
    this.#port = port;
    this.#store = store;
    this.#on = on;
    port.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#receive(data));
    port.addEventListener('close', () => this.#end());
    port.start();
    this.#send({ is: 'credit', messages: creditMessages });
  }

  /** Nothing was asked that is not answered yet. */
  get isIdle(): boolean {
    return this.#asked.length === 0;
  }

  /** This moment is wanted now; whatever else was asked for and is of no use for it is given up. */
  want(atMs: number): void {
    if (this.#asked.some((one) => isFor(one, atMs))) return;
    this.#forget();
    this.#ask(atMs, 0);
  }

  /** This moment will be wanted soon. */
  expect(atMs: number): void {
    if (this.isIdle) this.#ask(atMs, 0);
  }

  /** What touches this span was deleted: answers that are on their way may hold some of it. */
  removed(fromMs: number, toMs: number): void {
    const isOfIt = ({ atMs, group }: Asked): boolean =>
      (group?.startMs ?? atMs) < toMs && (group?.endMs ?? atMs) >= fromMs;
    if (this.#asked.some(isOfIt)) this.#forget();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close();
  }

  #ask(atMs: number, have: number): void {
    this.#ticket = (this.#ticket % 65_535) + 1;
    this.#asked.push({ ticket: this.#ticket, atMs, have, group: null });
    this.#send({ is: 'ask', ticket: this.#ticket, atMs: Math.max(0, atMs), want: 'group', have });
  }

  #forget(): void {
    if (this.#asked.length === 0) return;
    // A group without its end could never be told from a whole one.
    for (const { group } of this.#asked) if (group && group.awaited > 0) this.#store.drop(group);
    this.#asked = [];
    this.#send({ is: 'forget' });
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    // A port clones: the bytes lie in an ordinary buffer. Everything else is a notice, by the contract; main is trusted.
    if (data instanceof Uint8Array) this.#receiveSamples(data as Uint8Array<ArrayBuffer>);
    else this.#receiveNotice(data as PlaybackNotice);
  }

  #receiveSamples(bytes: Uint8Array<ArrayBuffer>): void {
    this.#owed += 1;
    if (this.#owed >= portionMessages) {
      this.#send({ is: 'credit', messages: this.#owed });
      this.#owed = 0;
    }
    const message = decodeSamples(bytes);
    const asked = this.#asked.find(({ ticket }) => ticket === message?.ticket);
    if (!message || !asked?.group) return;
    const samples: CodedSample[] = message.samples;
    this.#store.add(asked.group, samples);
    if (asked.group.awaited <= 0) this.#done(asked);
    this.#on.changed();
  }

  #receiveNotice(notice: PlaybackNotice): void {
    if (notice.is === 'format') {
      this.formats.set(notice.format, notice.value);
      return;
    }
    if (notice.is === 'grew') {
      const group = this.#store.grew();
      if (group && group.awaited === 0) this.#ask(group.startMs + 1, group.fragments);
      this.#on.changed();
      return;
    }
    const asked = this.#asked.find(({ ticket }) => ticket === notice.ticket);
    if (!asked) return;
    if (notice.is === 'group') {
      const { format, startMs, endMs, open, messages } = notice;
      asked.group = this.#store.begin({ format, startMs, endMs, open, awaited: messages }, asked.have);
      if (messages === 0) this.#done(asked);
    } else {
      this.#noGroup(notice, asked);
      this.#done(asked);
    }
    this.#on.changed();
  }

  #noGroup(notice: Extract<PlaybackNotice, { is: 'gap' | 'failed' }>, { group }: Asked): void {
    if (notice.is === 'gap') {
      const { fromMs, toMs, cause } = notice;
      this.#store.put({ is: 'gap', fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity, cause });
      return;
    }
    const { fromMs, toMs, code } = notice;
    if (group) {
      // What came of it is shown up to there.
      group.endMs = Math.min(group.endMs, fromMs);
      group.awaited = 0;
      if (group.video.length === 0) this.#store.drop(group);
    }
    this.#store.put({ is: 'failed', fromMs, toMs, code });
  }

  #done(asked: Asked): void {
    this.#asked = this.#asked.filter((one) => one !== asked);
  }

  #send(message: PageMessage): void {
    if (!this.#closed) this.#port.postMessage(message);
  }

  #end(): void {
    if (this.#closed) return;
    this.close();
    this.#on.ended();
  }
}

function isFor({ atMs, group }: Asked, wantedMs: number): boolean {
  if (group) return wantedMs >= group.startMs - 1 && wantedMs < group.endMs;
  return Math.abs(atMs - wantedMs) < 1;
}
