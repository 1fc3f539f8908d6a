/**
 * The words of the system's notifications, and of the settings about them. A notice is read in passing, by whoever stands
 * at the screen: it says nothing of the vault, and names cameras only where it is given names.
 */
import type { NoticeCause } from '../../notices.ts';
import { units } from './units.ts';

interface Said {
  title: string;
  body: string;
}

/** `names`: null where they are not to be said; else as many as `count`. */
interface Told {
  count: number;
  names: readonly string[] | null;
  forMs: number;
}

const mostNames = 4;

function listOf(names: readonly string[]): string {
  if (names.length > mostNames) return `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
  const [last = '', ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}

const cameras = (count: number): string => (count === 1 ? '1 camera' : `${count} cameras`);
const are = (count: number): string => (count === 1 ? 'is' : 'are');
const who = ({ count, names }: Told): string => (names === null ? cameras(count) : listOf(names));
const notRecorded = (told: Told): string => `${who(told)} ${are(told.count)} not recorded`;

const said = {
  lost: (told) => ({
    title: notRecorded(told),
    body: `Nothing has come from ${told.count === 1 ? 'it' : 'them'} for ${units.duration(told.forMs)}. Nightjar goes on trying.`,
  }),
  refused: (told) => ({
    title: notRecorded(told),
    body: 'User name or password was refused. Sign in again.',
  }),
  stoppedFull: (told) => ({ title: notRecorded(told), body: 'The vault’s disk is full. Make room on it.' }),
  stoppedGone: (told) => ({
    title: notRecorded(told),
    body: 'The vault’s disk is not there, or takes no writing. Connect it again.',
  }),
  stoppedBehind: (told) => ({
    title: notRecorded(told),
    body: 'This computer does not keep up. End what else it is doing.',
  }),
  stoppedCodec: (told) => ({
    title: notRecorded(told),
    body: 'The stream cannot be recorded. Set the camera to H.264 on its own page.',
  }),
  clock: (told) => ({
    title: told.names === null ? `The clock of ${cameras(told.count)} is wrong` : `Clock wrong: ${listOf(told.names)}`,
    body: 'It is more than a minute off. Set it on the camera’s own page.',
  }),
  network: () => ({
    title: 'No camera is recorded',
    body: 'This computer has no network. Recording goes on by itself when it is back.',
  }),
  vaultClosed: () => ({
    title: 'No camera is recorded',
    body: 'The vault is not open. Open Nightjar to see what it needs.',
  }),
  vaultDisk: () => ({
    title: 'The vault’s disk is nearly full',
    body: 'Something else fills it. Make room, or the oldest recordings go early.',
  }),
  systemDisk: () => ({
    title: 'This computer’s disk is nearly full',
    body: 'Make room on it. Programs begin to fail without.',
  }),
  protected: () => ({
    title: 'Protected clips leave little room',
    body: 'Release some, or let recordings take more.',
  }),
} as const satisfies Record<NoticeCause, (told: Told) => Said>;

export const notices = {
  said: (cause: NoticeCause, told: Told): Said => said[cause](told),
  /** While Nightjar is locked: nothing but how many. */
  locked: (count: number): Said => ({
    title: 'Nightjar',
    body: count === 1 ? '1 camera is not recorded.' : `${count} cameras are not recorded.`,
  }),
  lockedOther: { title: 'Nightjar', body: 'Something needs looking after. Unlock Nightjar to see it.' },

  heading: 'Notices',
  shown: 'Tell me by the system’s notifications when cameras are not recorded, or a disk is nearly full',
  shownNote:
    'Each cause once, cameras together, and not while you are at Nightjar’s window, which says it by itself. What the computer slept through is not told.',
  after: 'A camera that does not answer, after',
  afterMinutes: (minutes: number): string => (minutes === 1 ? '1 minute' : `${minutes} minutes`),
  names: 'With the names of the cameras',
  namesNote:
    'Other people may read them on this screen, and the system may keep what a notice says, outside the vault. Without names a notice says how many. While Nightjar is locked it never says more.',
  /** The runtime has no notifications, or the system refuses them. */
  unsupported: 'This system shows no notifications for Nightjar.',
};
