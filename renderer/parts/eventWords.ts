/** What an event is called on screen: its kind, or, of inputs and the camera's own rules, what the camera calls it. */
import type { CameraEvent, EventKind } from '../../main/contract/cameraEvents.ts';
import { text } from '../state/text.ts';
import type { IconName } from './icons.ts';

export const eventIcons: Record<EventKind, IconName> = {
  motion: 'motion',
  person: 'person',
  vehicle: 'car',
  animal: 'animal',
  face: 'face',
  package: 'package',
  line: 'line',
  sound: 'sound',
  doorBell: 'bell',
  input: 'input',
  tamper: 'warning',
  other: 'info',
};

/** 'motion', 'input DI_00', 'QueueTooLong'. */
export function eventName({ kind, source, topic }: CameraEvent): string {
  const words = text.events.kinds[kind];
  if (kind === 'input') return `${words} ${sourceName(source)}`.trim();
  return kind === 'other' ? (topic.split('/').at(-1) ?? words) || words : words;
}

/** How long it went on, how often it was told; '' of a moment. */
export function eventLength({ fromMs, toMs, endUnknown, count }: CameraEvent): string {
  const words = text.events;
  const lasted =
    toMs === null
      ? words.goesOn
      : endUnknown
        ? words.lastedUnknown(toMs - fromMs)
        : toMs - fromMs >= 1000
          ? words.lasted(toMs - fromMs)
          : '';
  return [lasted, count > 1 ? words.times(count) : ''].filter((part) => part !== '').join(', ');
}

/** The values alone of 'InputToken=DI_00 Rule=1'. */
function sourceName(source: string): string {
  return source
    .split(' ')
    .map((part) => part.slice(part.indexOf('=') + 1))
    .join(' ');
}
