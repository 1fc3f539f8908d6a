/**
 * Reads what a camera's PTZ service answers (ONVIF PTZ service specification, version 20.12; types in onvif.xsd): what
 * can be moved and how far, presets, faults. Values are taken as text, so that tokens such as 01 stay as the camera
 * wrote them; what is missing or out of bounds is left out or taken for the generic space. Pure; never throws.
 */
import type { Moves, Preset } from '../../contract/model.ts';
import { child, childrenOf, find, oneLine, textAt, type XmlElement } from './xml.ts';

/** From one end to the other, in the space's own units. */
export interface Range {
  least: number;
  most: number;
}

/** By velocity, for as long as it is held; or step by step, where a camera has no other way. */
export type MoveKind = 'continuous' | 'relative';

export interface PtzAbility {
  panTilt: { by: MoveKind; pan: Range; tilt: Range } | null;
  zoom: { by: MoveKind; zoom: Range } | null;
  /** The most presets that it keeps. */
  presets: number;
  home: boolean;
  storesHome: boolean;
  /** Bounds of a continuous move's timeout. */
  timeoutMs: Range;
}

const generic: Range = { least: -1, most: 1 };
const mostPresets = 1000;
/** Where a camera does not say: any. */
const anyTimeoutMs: Range = { least: 0, most: 60_000 };

/**
 * `node`: its PTZNode, `options`: its PTZConfigurationOptions, which goes before; null where there is none. `told`: what
 * the profile's own configuration names a continuous space for. null when nothing can be moved and nothing kept.
 */
export function readAbility(
  node: XmlElement | null,
  options: XmlElement | null,
  told: { panTilt: boolean; zoom: boolean },
): PtzAbility | null {
  const spaces = child(options, 'Spaces') ?? child(node, 'SupportedPTZSpaces');
  const panTilt = spaces === null && told.panTilt ? genericPanTilt() : readPanTilt(spaces);
  const zoom = spaces === null && told.zoom ? { by: 'continuous' as const, zoom: generic } : readZoom(spaces);
  const presets = node === null ? 0 : readPresetCount(node);
  const home = isTrue(textAt(node, 'HomeSupported'));
  if (panTilt === null && zoom === null && presets === 0) return null;
  return {
    panTilt,
    zoom,
    presets,
    home,
    storesHome: home && !isTrue(node?.attributes.get('FixedHomePosition') ?? ''),
    timeoutMs: readTimeouts(child(options, 'PTZTimeout')),
  };
}

/** What of it is kept with the camera. */
export function movesOf({ panTilt, zoom, presets, home, storesHome }: PtzAbility): Moves {
  return { panTilt: panTilt !== null, zoom: zoom !== null, presets, home, storesHome };
}

/** The node of that token; of a camera that has only one, that one, since some give it another token there. */
export function readNode(reply: XmlElement, token: string): XmlElement | null {
  const nodes = childrenOf(reply, 'PTZNode');
  return (
    nodes.find((node) => node.attributes.get('token') === token) ?? (nodes.length === 1 ? (nodes[0] ?? null) : null)
  );
}

/** In the camera's order, each token once. Those without a token, or with one too long to be kept, are left out. */
export function readPresets(reply: XmlElement): Preset[] {
  const presets = new Map<string, Preset>();
  for (const element of childrenOf(reply, 'Preset')) {
    const token = element.attributes.get('token') ?? '';
    if (!isToken(token) || presets.has(token)) continue;
    presets.set(token, { token, name: textAt(element, 'Name').slice(0, 80) });
    if (presets.size === mostPresets) break;
  }
  return [...presets.values()];
}

/** The token of the preset that was stored; null when the reply holds none. */
export function readStoredToken(reply: XmlElement): string | null {
  const token = find(reply, 'PresetToken')?.text ?? '';
  return isToken(token) ? token : null;
}

/** In the specification a token is at most 64 long; cameras go beyond. */
export function isToken(token: string): boolean {
  return token !== '' && token.length <= 300 && !/\p{Cc}/u.test(token);
}

/** The codes of a fault, outermost first, without prefixes, and its reason in the camera's own words. */
export function readFault(fault: XmlElement): { codes: string[]; reason: string } {
  const codes: string[] = [];
  for (let at = find(fault, 'Code'); at !== null && codes.length < 5; at = child(at, 'Subcode')) {
    const code = textAt(at, 'Value');
    codes.push(code.slice(code.lastIndexOf(':') + 1));
  }
  const reason = textAt(find(fault, 'Reason'), 'Text') || oneLine(find(fault, 'faultstring')?.text ?? '');
  return { codes, reason };
}

function readPanTilt(spaces: XmlElement | null): PtzAbility['panTilt'] {
  for (const by of ['continuous', 'relative'] as const) {
    const space = chosenSpace(
      spaces,
      by === 'continuous' ? 'ContinuousPanTiltVelocitySpace' : 'RelativePanTiltTranslationSpace',
    );
    if (space === null) continue;
    const pan = readRange(child(space, 'XRange'));
    const tilt = readRange(child(space, 'YRange'));
    if (isSome(pan) || isSome(tilt)) return { by, pan, tilt };
  }
  return null;
}

function readZoom(spaces: XmlElement | null): PtzAbility['zoom'] {
  for (const by of ['continuous', 'relative'] as const) {
    const space = chosenSpace(
      spaces,
      by === 'continuous' ? 'ContinuousZoomVelocitySpace' : 'RelativeZoomTranslationSpace',
    );
    const zoom = space === null ? null : readRange(child(space, 'XRange'));
    if (zoom !== null && isSome(zoom)) return { by, zoom };
  }
  return null;
}

/** Moves are asked for without naming a space, and that is the generic one wherever a camera has it. */
function chosenSpace(spaces: XmlElement | null, name: string): XmlElement | null {
  const all = childrenOf(spaces, name);
  return all.find((space) => textAt(space, 'URI').includes('Generic')) ?? all[0] ?? null;
}

function genericPanTilt(): PtzAbility['panTilt'] {
  return { by: 'continuous', pan: generic, tilt: generic };
}

/** A range that makes no sense is the generic one. */
function readRange(element: XmlElement | null): Range {
  const least = readNumber(textAt(element, 'Min'));
  const most = readNumber(textAt(element, 'Max'));
  return least === null || most === null || least > most || least > 0 || most < 0 ? generic : { least, most };
}

function isSome({ least, most }: Range): boolean {
  return least < 0 || most > 0;
}

function readNumber(text: string): number | null {
  return /^[-+]?\d{1,9}(?:\.\d{0,12})?(?:[eE][-+]?\d)?$/.test(text) ? Number(text) : null;
}

function readPresetCount(node: XmlElement): number {
  const text = textAt(node, 'MaximumNumberOfPresets');
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), mostPresets) : 0;
}

function readTimeouts(element: XmlElement | null): Range {
  const least = readDurationMs(textAt(element, 'Min'));
  const most = readDurationMs(textAt(element, 'Max'));
  return least === null || most === null || least > most || most === 0 ? anyTimeoutMs : { least, most };
}

/** xs:duration without years and months; null for what is none. */
export function readDurationMs(text: string): number | null {
  const match = /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{0,9})?)S)?)?$/.exec(text);
  if (match === null || text === 'P' || text.endsWith('T')) return null;
  const part = (at: number): number => Number(match[at] ?? 0);
  return Math.round((((part(1) * 24 + part(2)) * 60 + part(3)) * 60 + part(4)) * 1000);
}

function isTrue(text: string): boolean {
  return text === 'true' || text === '1';
}
