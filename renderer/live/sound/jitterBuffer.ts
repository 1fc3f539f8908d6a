/**
 * Evens out sound that arrives in pieces, at its own pace and not quite at the loudspeaker's: takes pieces as they come
 * and gives samples as they are asked for. So little lies ahead that sound stays close to the picture, and never more as
 * time goes on: it plays up to 1 % faster or slower, and leaves out what is far too much. Where it runs dry it falls
 * silent and begins anew. Every such change is faded, so that nothing clicks. Pure; one channel.
 */

/** What shall still lie ahead right before the next piece comes: at first, at the least and at the most. */
const reserveMs = { first: 60, least: 40, most: 160 };
/** Running dry asks for so much more; so long without it, for so much less. */
const moreMs = 30;
const lessMs = 10;
const calmMs = 20_000;
/** The least that lies ahead is looked at over so long. */
const periodMs = 1000;
/** 1 % is 0.17 of a semitone, which nobody hears in a room. */
const mostChange = 0.01;
/** What is too much is played away in so long, where `mostChange` allows it. */
const evenOutMs = 2000;
/** More than this too much, and it is left out. */
const skipMs = 80;
/** A stream that begins, or a page that stood still, brings this at once. */
const burstMs = 250;
const fadeMs = 6;
const holdsSeconds = 2;

export class JitterBuffer {
  /** Times that something was left out, and that it ran dry. */
  skips = 0;
  dries = 0;
  /** How long what comes waits before it is played; over the last second. 0 before that. */
  waitMs = 0;
  readonly #perMs: number;
  readonly #ring: Float32Array;
  readonly #fadeSamples: number;
  /** Samples written and read since the beginning; the reading one has a fraction. */
  #written = 0;
  #read = 0;
  #pieceMs = 0;
  #playing = false;
  #gain = 0;
  #last = 0;
  #speed = 1;
  #reserveMs = reserveMs.first;
  #leastMs = Infinity;
  #periodLeft: number;
  #calmLeft: number;
  /** Where it read before it left something out, and how much of the fade from there is left. */
  #before = 0;
  #crossing = 0;

  constructor(sampleRate: number) {
    this.#perMs = sampleRate / 1000;
    this.#ring = new Float32Array(Math.ceil(sampleRate * holdsSeconds));
    this.#fadeSamples = Math.max(1, Math.round(fadeMs * this.#perMs));
    this.#periodLeft = periodMs * this.#perMs;
    this.#calmLeft = calmMs * this.#perMs;
  }

  /** Sound that is here and not played yet. */
  get aheadMs(): number {
    return (this.#written - this.#read) / this.#perMs;
  }

  push(samples: Float32Array): void {
    const { length } = this.#ring;
    const kept = samples.length > length ? samples.subarray(samples.length - length) : samples;
    const at = this.#written % length;
    const first = kept.subarray(0, length - at);
    this.#ring.set(first, at);
    this.#ring.set(kept.subarray(first.length), 0);
    this.#written += kept.length;
    this.#pieceMs = Math.max(kept.length / this.#perMs, this.#pieceMs * 0.9);
    this.#read = Math.max(this.#read, this.#written - length + 4);
    if (this.#playing && this.aheadMs > this.#wantedMs + burstMs) this.#skipTo(this.#wantedMs);
  }

  /** Fills `out` with the next samples, or with silence. */
  pull(out: Float32Array): void {
    if (!this.#playing) this.#begin();
    for (let at = 0; at < out.length; at += 1) out[at] = this.#next();
    this.#look(out.length);
  }

  /** Right after a piece came. */
  get #wantedMs(): number {
    return this.#reserveMs + this.#pieceMs;
  }

  #begin(): void {
    if (this.#pieceMs === 0 || this.aheadMs < this.#wantedMs) return;
    this.#read = this.#written - this.#wantedMs * this.#perMs;
    this.#crossing = 0;
    this.#playing = true;
    this.#newPeriod();
  }

  #next(): number {
    // Two samples behind the present one are needed to interpolate.
    if (this.#playing && this.#read + 2 >= this.#written) this.#runDry();
    const step = 1 / this.#fadeSamples;
    if (!this.#playing) {
      this.#gain = Math.max(0, this.#gain - step);
      return this.#last * this.#gain;
    }
    this.#gain = Math.min(1, this.#gain + step);
    let sample = this.#at(this.#read);
    if (this.#crossing > 0) {
      const part = this.#crossing * step;
      sample = sample * (1 - part) + this.#at(this.#before) * part;
      this.#before += this.#speed;
      this.#crossing -= 1;
    }
    this.#read += this.#speed;
    this.#last = sample;
    return sample * this.#gain;
  }

  #runDry(): void {
    this.#playing = false;
    this.dries += 1;
    this.#reserveMs = Math.min(reserveMs.most, this.#reserveMs + moreMs);
    this.#calmLeft = calmMs * this.#perMs;
  }

  #skipTo(aheadMs: number): void {
    this.skips += 1;
    this.#before = this.#read;
    this.#crossing = this.#fadeSamples;
    this.#read = this.#written - aheadMs * this.#perMs;
    this.#newPeriod();
  }

  /** Keeps the least that lies ahead near the reserve. */
  #look(samples: number): void {
    if (!this.#playing) return;
    this.#leastMs = Math.min(this.#leastMs, this.aheadMs);
    this.#calmLeft -= samples;
    if (this.#calmLeft <= 0) {
      this.#reserveMs = Math.max(reserveMs.least, this.#reserveMs - lessMs);
      this.#calmLeft = calmMs * this.#perMs;
    }
    this.#periodLeft -= samples;
    if (this.#periodLeft > 0) return;
    this.waitMs = this.#leastMs;
    const tooMuchMs = this.#leastMs - this.#reserveMs;
    if (tooMuchMs > skipMs) this.#skipTo(this.aheadMs - tooMuchMs);
    this.#newPeriod();
    this.#speed = 1 + Math.min(Math.max(tooMuchMs / evenOutMs, -mostChange), mostChange);
  }

  #newPeriod(): void {
    this.#leastMs = Infinity;
    this.#periodLeft = periodMs * this.#perMs;
    this.#speed = 1;
  }

  /** Between the samples, by the cubic through the four around it (Catmull and Rom). */
  #at(position: number): number {
    const whole = Math.floor(position);
    const part = position - whole;
    const [a, b, c, d] = [
      this.#sample(whole - 1),
      this.#sample(whole),
      this.#sample(whole + 1),
      this.#sample(whole + 2),
    ];
    if (part === 0) return b;
    return b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)));
  }

  #sample(at: number): number {
    return at < 0 ? 0 : (this.#ring[at % this.#ring.length] ?? 0);
  }
}
