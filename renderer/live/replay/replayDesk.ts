/**
 * Recordings in the worker: makes and ends the reels that the window shows, hands on what it wants to the deck, and tells
 * it what is on screen.
 */
import type { Way } from '../workerMessages.ts';
import { Deck } from './deck.ts';
import { Reel } from './reel.ts';
import type { LoopSpan } from './replayClock.ts';
import type { FromReplay, ToReplay } from './replayMessages.ts';
import { SoundTrack } from './soundTrack.ts';

export interface ReplayDeskListener {
  tell(message: FromReplay): void;
  /** They are to be painted anew. */
  changed(reels: readonly Reel[]): void;
}

const soundEveryMs = 30;

export class ReplayDesk {
  readonly #on: ReplayDeskListener;
  readonly #wayOf: () => Way;
  readonly #reels = new Map<number, Reel>();
  readonly #deck: Deck;
  readonly #sound: SoundTrack;
  #framesOf: LoopSpan | null = null;
  #framesTold = '';
  #hears: ReturnType<typeof setInterval> | undefined;

  constructor(wayOf: () => Way, on: ReplayDeskListener) {
    this.#wayOf = wayOf;
    this.#on = on;
    this.#sound = new SoundTrack((message) => on.tell(message));
    this.#deck = new Deck(0, {
      tell: (message) => on.tell(message),
      shown: (reels) => on.changed(reels),
    });
  }

  reel(tile: number): Reel | undefined {
    return this.#reels.get(tile);
  }

  receive(message: ToReplay): void {
    const deck = this.#deck;
    switch (message.is) {
      case 'reels':
        this.#arrange(message.tiles, message.focused);
        break;
      case 'port': {
        const reel = this.#reels.get(message.tile);
        if (reel) reel.open(message.port);
        else message.port.close();
        break;
      }
      case 'go':
        this.#sound.jumped();
        deck.go(message.atMs, message.nth);
        break;
      case 'step':
        deck.step(message.by);
        break;
      case 'play':
        deck.play(message.playing);
        break;
      case 'rate':
        deck.setRate(message.rate);
        break;
      case 'loop':
        deck.setLoop(message.span);
        break;
      case 'inStep':
        deck.setInStep(message.inStep);
        break;
      case 'frames':
        this.#framesOf = message.span;
        break;
      case 'retry':
        for (const reel of this.#reels.values()) reel.retry();
        deck.go(deck.atMs);
        break;
      case 'removed': {
        const reel = this.#reels.get(message.tile);
        if (reel) deck.removed(reel, message.span);
        break;
      }
      case 'hear':
        this.#hear(message.on);
        break;
      case 'sound':
        this.#sound.to(message.port);
        break;
    }
  }

  /** To be called a few times a second. */
  look(now: number): void {
    for (const reel of this.#reels.values()) reel.look(now);
    this.#tellFrames();
  }

  #tellFrames(): void {
    const span = this.#framesOf;
    const timesMs = span === null ? [] : (this.#deck.focused?.picturesIn(span.fromMs, span.toMs) ?? []);
    const told = timesMs.join();
    if (told === this.#framesTold) return;
    this.#framesTold = told;
    this.#on.tell({ is: 'frames', timesMs });
  }

  #arrange(tiles: number[], focused: number | null): void {
    for (const [tile, reel] of this.#reels) {
      if (tiles.includes(tile)) continue;
      reel.close();
      this.#reels.delete(tile);
    }
    for (const tile of tiles) {
      if (this.#reels.has(tile)) continue;
      const on = { progress: this.#deck.tickSoon, ended: () => this.#on.tell({ is: 'reelEnded', tile }) };
      this.#reels.set(tile, new Reel(tile, this.#wayOf(), on));
    }
    const reels = tiles.map((tile) => this.#reels.get(tile)).filter((reel) => reel !== undefined);
    this.#deck.arrange(reels, (focused === null ? null : this.#reels.get(focused)) ?? null);
  }

  #hear(isOn: boolean): void {
    clearInterval(this.#hears);
    if (!isOn) {
      this.#sound.off();
      return;
    }
    this.#sound.on();
    const deck = this.#deck;
    this.#hears = setInterval(() => {
      const now = performance.now();
      this.#sound.feed(deck.focused, deck.clock.momentAt(now), deck.isRunning ? deck.clock.rate : 0);
    }, soundEveryMs);
  }
}
