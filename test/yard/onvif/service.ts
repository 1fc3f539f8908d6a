/** What an ONVIF service of a simulated camera is given, and what it is made of: a table of actions by name. */
import type { CameraState } from '../cameraState.ts';
import type { Role } from '../film.ts';
import type { StreamPlan } from '../plans.ts';
import type { Element } from '../xml.ts';
import type { Events } from './events.ts';
import type { Head } from './ptz.ts';
import type { Answer } from './soap.ts';

export interface Call {
  state: CameraState;
  head: Head;
  events: Events;
  request: Element;
  /** The path that was asked. */
  path: string;
  signal: AbortSignal;
}

export type Action = (call: Call) => Answer | Promise<Answer>;
export type Service = Record<string, Action>;

export const paths = {
  media: '/onvif/media_service',
  media2: '/onvif/media2_service',
  ptz: '/onvif/ptz_service',
  events: '/onvif/event_service',
  subscription: '/onvif/subscription/',
  snapshot: '/snapshot/',
} as const;

export function baseAddress(state: CameraState): string {
  return `http://${state.host}:${state.onvifPort}`;
}

export function streamsOf(state: CameraState): { role: Role; stream: StreamPlan }[] {
  const { main, sub } = state.plan;
  return [{ role: 'main' as const, stream: main }, ...(sub ? [{ role: 'sub' as const, stream: sub }] : [])];
}
