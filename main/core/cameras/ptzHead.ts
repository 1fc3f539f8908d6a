/**
 * The PTZ service of one camera (ver20/ptz): moves it, stops it, and keeps presets and its home position. Speeds are
 * -1 to 1 here and are turned into the camera's own range; an axis that it does not have is not named to it. Nothing
 * here repeats or waits: that is `PtzHold`. Trouble is a problem, never an exception.
 */
import type { Moves, Preset } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import type { Messages, OnvifCamera } from './onvif.ts';
import type { Profile, PtzConfiguration } from './profiles.ts';
import type { HeldHead, Speed } from './ptzHold.ts';
import {
  movesOf,
  readAbility,
  readFault,
  readNode,
  readPresets,
  readStoredToken,
  type MoveKind,
  type PtzAbility,
  type Range,
} from './ptzReplies.ts';
import { child, escapeXml, type XmlElement } from './xml.ts';

/** Through which profile a camera is moved. */
export interface PtzPlace extends PtzConfiguration {
  profileToken: string;
}

/** A camera that hears nothing more stops by itself after this. */
const timeoutMs = 1000;
/** Of the whole way, where a camera can only be moved step by step. */
const relativeStep = 0.05;

/** The main stream's profile where it can be moved, or another of the same lens; null where none can be. */
export function ptzPlace(profiles: readonly Profile[], main: Profile): PtzPlace | null {
  const same = profiles.filter((one) => one.ptz !== null && one.source === main.source);
  const chosen = same.find((one) => one.token === main.token) ?? same[0];
  return chosen?.ptz ? { ...chosen.ptz, profileToken: chosen.token } : null;
}

export class PtzHead implements HeldHead {
  readonly moves: Moves;
  /** How long a move goes on when the camera hears nothing more; 0 where it moves step by step. */
  readonly stopsAfterMs: number;
  readonly #camera: OnvifCamera;
  readonly #profileToken: string;
  readonly #ability: PtzAbility;

  private constructor(camera: OnvifCamera, place: PtzPlace, ability: PtzAbility) {
    this.#camera = camera;
    // The library writes tokens into its messages as they are.
    this.#profileToken = escapeXml(place.profileToken);
    this.#ability = ability;
    this.moves = movesOf(ability);
    const { least, most } = ability.timeoutMs;
    const isContinuous = ability.panTilt?.by === 'continuous' || ability.zoom?.by === 'continuous';
    this.stopsAfterMs = isContinuous ? Math.min(Math.max(timeoutMs, least), most) : 0;
  }

  /** Asks what can be moved; null when nothing can. Problems: those of the network, `moveNotAllowed`. */
  static async open(camera: OnvifCamera, place: PtzPlace, signal: AbortSignal): Promise<Outcome<PtzHead | null>> {
    const nodes = await camera.ask((messages) => messages.getNodes(), signal);
    if (!nodes.ok) return bad(asProblem(nodes.problem));
    // Cameras that give their configuration no token have no options either.
    const options =
      place.token === ''
        ? null
        : await camera.ask((messages) => messages.getConfigurationOptions(escapeXml(place.token), ignore), signal);
    const ability = readAbility(
      readNode(nodes.value, place.nodeToken),
      options?.ok === true ? child(options.value, 'PTZConfigurationOptions') : null,
      place,
    );
    return good(ability === null ? null : new PtzHead(camera, place, ability));
  }

  async move(speed: Speed, running: Speed, signal: AbortSignal, accepted: () => void): Promise<Outcome<null>> {
    const orders = ordersOf(this.#ability, speed, running);
    if (orders.length === 0) return bad({ code: 'cannotMove' });
    for (const order of orders) {
      const moved = await this.#send((messages) => this.#compose(messages, order), signal);
      if (!moved.ok) return moved;
      accepted();
    }
    return good(null);
  }

  stop(signal: AbortSignal): Promise<Outcome<null>> {
    const profileToken = this.#profileToken;
    return this.#send((messages) => messages.stop({ profileToken, panTilt: true, zoom: true }), signal);
  }

  async presets(signal: AbortSignal): Promise<Outcome<Preset[]>> {
    const reply = await this.#ask(
      (messages) => messages.getPresets({ profileToken: this.#profileToken }, ignore),
      signal,
    );
    return reply.ok ? good(readPresets(reply.value)) : reply;
  }

  goTo(token: string, signal: AbortSignal): Promise<Outcome<null>> {
    const preset = escapeXml(token);
    return this.#send((messages) => messages.gotoPreset({ profileToken: this.#profileToken, preset }, ignore), signal);
  }

  /** Stores the view that it has now: anew, or in the place of a preset. Returns the preset's token. */
  async store(token: string | null, name: string, signal: AbortSignal): Promise<Outcome<string>> {
    const reply = await this.#ask(
      (messages) =>
        messages.setPreset(
          {
            profileToken: this.#profileToken,
            presetName: escapeXml(name),
            ...(token === null ? {} : { presetToken: escapeXml(token) }),
          },
          ignore,
        ),
      signal,
    );
    // Some cameras leave the token out where it was named to them.
    return reply.ok ? good(readStoredToken(reply.value) ?? token ?? '') : reply;
  }

  remove(token: string, signal: AbortSignal): Promise<Outcome<null>> {
    const presetToken = escapeXml(token);
    const profileToken = this.#profileToken;
    return this.#send((messages) => messages.removePreset({ profileToken, presetToken }, ignore), signal);
  }

  home(signal: AbortSignal): Promise<Outcome<null>> {
    return this.#send((messages) => messages.gotoHomePosition({ profileToken: this.#profileToken }, ignore), signal);
  }

  storeHome(signal: AbortSignal): Promise<Outcome<null>> {
    return this.#send((messages) => messages.setHomePosition({ profileToken: this.#profileToken }, ignore), signal);
  }

  #compose(messages: Messages, { by, x, y, zoom }: Order): void {
    const axes = {
      profileToken: this.#profileToken,
      ...(x === undefined || y === undefined ? { onlySendZoom: true } : { x, y }),
      ...(zoom === undefined ? { onlySendPanTilt: true } : { zoom }),
    };
    if (by === 'continuous') messages.continuousMove({ ...axes, timeout: this.stopsAfterMs });
    else messages.relativeMove(axes);
  }

  async #send(question: (messages: Messages) => void, signal: AbortSignal): Promise<Outcome<null>> {
    const reply = await this.#ask(question, signal);
    return reply.ok ? good(null) : reply;
  }

  async #ask(question: (messages: Messages) => void, signal: AbortSignal): Promise<Outcome<XmlElement>> {
    const reply = await this.#camera.ask(question, signal);
    if (!reply.ok) return bad(asProblem(reply.problem));
    if (reply.value.name !== 'Fault') return reply;
    const { codes, reason } = readFault(reply.value);
    // ONVIF PTZ 5.8 and core 5.8.2.2: the preset is not there (any more).
    if (codes.includes('NoToken') || codes.includes('NoEntity')) return bad({ code: 'gone' });
    return bad({ code: 'moveRefused', reason });
  }
}

/** Signed in, but this user may not: moving needs an operator's rights (ONVIF core, 5.9.4: ACTUATE). */
function asProblem(problem: Problem): Problem {
  return problem.code === 'passwordRefused' ? { code: 'moveNotAllowed' } : problem;
}

interface Order {
  by: MoveKind;
  x?: number;
  y?: number;
  zoom?: number;
}

/** One order for both where they move alike, in the ranges of the camera; none for what it does not have. */
function ordersOf({ panTilt, zoom }: PtzAbility, speed: Speed, running: Speed): Order[] {
  const orders: Order[] = [];
  // An axis that is not named goes on as before: one that may be running is told to stand still.
  const isAsked = (by: MoveKind, wanted: number[], before: number[]): boolean =>
    isMoved(...wanted) || (by === 'continuous' && isMoved(...before));
  if (panTilt !== null && isAsked(panTilt.by, [speed.pan, speed.tilt], [running.pan, running.tilt])) {
    const { by, pan, tilt } = panTilt;
    orders.push({ by, x: scaled(by, speed.pan, pan), y: scaled(by, speed.tilt, tilt) });
  }
  if (zoom !== null && isAsked(zoom.by, [speed.zoom], [running.zoom])) {
    const axis = { by: zoom.by, zoom: scaled(zoom.by, speed.zoom, zoom.zoom) };
    const first = orders.pop();
    if (first?.by === axis.by) orders.push({ ...first, ...axis });
    else orders.push(...(first ? [first] : []), axis);
  }
  return orders;
}

function isMoved(...speeds: number[]): boolean {
  return speeds.some((speed) => speed !== 0);
}

function scaled(by: MoveKind, speed: number, { least, most }: Range): number {
  const part = by === 'continuous' ? speed : speed * relativeStep;
  // Without exponents and negative zeros, which not every camera reads.
  return Number((part < 0 ? -part * least : part * most).toFixed(4)) + 0;
}

function ignore(): void {
  // The reply is read here, not by the library.
}
