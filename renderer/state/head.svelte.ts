/**
 * The head of the camera that is looked at: what moves it now, its presets, and the tour through them. A move lasts as
 * long as something holds it (a key, a pointer) and is renewed meanwhile; the main process stops the camera when that
 * ends or is not heard any more. What went wrong is told by `problem`, until the next press. Leaves to the page what
 * ends a hold: a key's release, the window's loss of focus, a picture that stops.
 */
import type { CameraId, Preset } from '../../main/contract/model.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import { call } from '../home.ts';
import { announcer } from './announcer.svelte.ts';
import type { Trouble } from './asking.svelte.ts';
import { defectOf } from './defect.ts';
import { text } from './text.ts';

/** -1, 0 or 1 each: right, up, in. */
export interface Direction {
  pan: number;
  tilt: number;
  zoom: number;
}

export const headSpeeds = ['slow', 'normal', 'fast'] as const;
export type HeadSpeed = (typeof headSpeeds)[number];

const partOfFull: Record<HeadSpeed, number> = { slow: 0.2, normal: 0.5, fast: 1 };
/** The main process lets go of what it has not heard of for a second. */
const renewEveryMs = 300;
/** What a click moves that is no press: a key on the button, or an aid that only clicks. */
const stepMs = 300;
export const tourSeconds = 20;
const mostToured = 4;
const still: Direction = { pan: 0, tilt: 0, zoom: 0 };

class Chosen {
  /** Of all cameras, until the window closes. */
  speed = $state<HeadSpeed>('normal');
}
export const chosen = new Chosen();

export class Head {
  /** null until the camera has told them. */
  presets = $state.raw<Preset[] | null>(null);
  /** The token of the preset that it was sent to last, while it was not moved since. */
  current = $state<string | null>(null);
  /** What it is moved by now. */
  moving = $state.raw<Direction>(still);
  problem = $state.raw<Trouble | null>(null);
  touring = $state(false);
  readonly #cameraId: CameraId;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `moving` is what the page sees of it
  readonly #held = new Map<string, Direction>();
  #unanswered = 0;
  #renewing: ReturnType<typeof setInterval> | undefined;
  #stepping: ReturnType<typeof setTimeout> | undefined;
  #nextOfTour: ReturnType<typeof setTimeout> | undefined;
  #asked = false;

  constructor(cameraId: CameraId) {
    this.#cameraId = cameraId;
  }

  /** How many presets a tour goes through; below 2 there is none. */
  get toured(): number {
    return Math.min(this.presets?.length ?? 0, mostToured);
  }

  /** Asks for the presets, until the camera has told them. */
  async load(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    const presets = call('ptz.presets', { cameraId: this.#cameraId });
    this.#asked = await this.#ask(presets, (told) => (this.presets = told));
  }

  /** `source`: who holds it; the same one changes its direction. */
  press(source: string, direction: Direction): void {
    if (this.#held.size === 0) this.problem = null;
    this.endTour();
    this.current = null;
    this.#held.set(source, direction);
    this.#change();
  }

  release(source: string): void {
    if (this.#held.delete(source)) this.#change();
  }

  /** Whoever held it does no more. */
  letGo(): void {
    this.#held.clear();
    this.#change();
  }

  /** A short move. */
  step(direction: Direction): void {
    clearTimeout(this.#stepping);
    this.press('step', direction);
    this.#stepping = setTimeout(() => this.release('step'), stepMs);
  }

  /** The picture has stopped: nobody sees where it moves to. */
  pictureStopped(): void {
    if (isSame(this.moving, still)) return;
    this.letGo();
    this.problem = text.ptz.pictureStopped;
  }

  goTo(preset: Preset): void {
    this.endTour();
    void this.#goTo(preset);
  }

  home(): void {
    this.endTour();
    this.#beginAnew();
    this.current = null;
    void this.#ask(call('ptz.home', { cameraId: this.#cameraId }), () => announcer.say(text.ptz.wentHome));
  }

  startTour(): void {
    this.touring = true;
    void this.#tour(0);
  }

  endTour(): void {
    this.touring = false;
    clearTimeout(this.#nextOfTour);
  }

  nameOf(preset: Preset): string {
    return preset.name || text.ptz.unnamed((this.presets?.indexOf(preset) ?? 0) + 1);
  }

  close(): void {
    this.letGo();
    this.endTour();
    clearTimeout(this.#stepping);
  }

  async #tour(at: number): Promise<void> {
    const preset = this.presets?.[at];
    const arrived = preset !== undefined && (await this.#goTo(preset));
    if (!this.touring) return;
    if (arrived) this.#nextOfTour = setTimeout(() => void this.#tour((at + 1) % this.toured), tourSeconds * 1000);
    else this.endTour();
  }

  async #goTo(preset: Preset): Promise<boolean> {
    this.#beginAnew();
    return this.#ask(call('ptz.goTo', { cameraId: this.#cameraId, token: preset.token }), () => {
      this.current = preset.token;
      const name = this.nameOf(preset);
      announcer.say(this.touring ? text.ptz.tourAt(name) : text.ptz.wentTo(name));
    });
  }

  #beginAnew(): void {
    this.letGo();
    this.problem = null;
  }

  #change(): void {
    const before = this.moving;
    const now = this.#wanted();
    if (isSame(before, now)) return;
    this.moving = now;
    if (isSame(now, still)) {
      clearInterval(this.#renewing);
      this.#renewing = undefined;
      void this.#ask(call('ptz.stop', { cameraId: this.#cameraId }));
      return;
    }
    this.#renewing ??= setInterval(() => {
      if (this.#unanswered === 0) void this.#move();
    }, renewEveryMs);
    void this.#move();
  }

  async #move(): Promise<void> {
    const part = partOfFull[chosen.speed];
    const { pan, tilt, zoom } = this.moving;
    this.#unanswered += 1;
    const moved = call('ptz.move', {
      cameraId: this.#cameraId,
      pan: pan * part,
      tilt: tilt * part,
      zoom: zoom * part,
    });
    // What stops it tells the rest.
    if (!(await this.#ask(moved))) this.letGo();
    this.#unanswered -= 1;
  }

  /** True when it went well. */
  async #ask<Value>(answer: Promise<Outcome<Value>>, done?: (value: Value) => void): Promise<boolean> {
    try {
      const outcome = await answer;
      if (outcome.ok) done?.(outcome.value);
      else this.problem = outcome.problem;
      return outcome.ok;
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
      return false;
    }
  }

  #wanted(): Direction {
    let sum = still;
    for (const one of this.#held.values())
      sum = { pan: sum.pan + one.pan, tilt: sum.tilt + one.tilt, zoom: sum.zoom + one.zoom };
    return { pan: Math.sign(sum.pan), tilt: Math.sign(sum.tilt), zoom: Math.sign(sum.zoom) };
  }
}

function isSame(one: Direction, other: Direction): boolean {
  return one.pan === other.pan && one.tilt === other.tilt && one.zoom === other.zoom;
}
