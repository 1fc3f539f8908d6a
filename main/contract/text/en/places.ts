/** The words of where vaults lie: the known ones, another one, and the move of the open one. */
import { units } from './units.ts';

export const places = {
  title: 'Vaults here',
  lead: 'One vault is open at a time. While another is open, nothing is recorded into this one.',
  list: 'Vaults on this computer',
  isOpen: 'open now',
  isClosed: 'not open',
  isGone: 'not there: its disk is not connected, or it was taken away',
  open: 'Open',
  openNamed: (folder: string): string => `Open the vault in ${folder}`,
  forget: 'Forget',
  forgetNamed: (folder: string): string => `Forget the vault in ${folder}`,
  forgetNote: 'Forgetting takes a vault off this list and touches nothing of it. Its key stays in the keychain.',
  another: 'Make or open another…',
  anotherTitle: 'Leave this vault for another?',
  anotherLead:
    'Its recording ends until it is opened again. You can come back from the next screen, and the next start opens this one unless another is open by then.',
  anotherButton: 'Leave it',
  switchTitle: 'Open another vault?',
  switchLead: (folder: string): string =>
    `Nightjar then opens the vault in ${folder}. What this one records ends until it is opened again.`,
  switchButton: 'Open it',
  backTo: (folder: string): string => `Back to the vault in ${folder}`,

  move: 'Move this vault…',
  moveTitle: 'Move the vault',
  moveLead:
    'Everything goes to another disk or folder. Recording goes on meanwhile; only for the last part, some seconds, the vault is closed, and exports that run then are cancelled. The archive says that Nightjar was closed.',
  moveSafe:
    'The old folder is emptied only when the vault is open in its new place. Whenever something goes wrong, one of the two is whole.',
  moveWhere: 'Where to',
  moveButton: 'Move it here',
  noPlaces: 'No other disk was found. Choose a folder.',
  looking: 'Looking for disks',
  free: (size: string): string => `${size} free`,
  movedFrom: (folder: string): string => `from ${folder}`,
  movedTo: (folder: string): string => `to ${folder}`,
  copying: 'Moving the vault',
  copied: (done: number, total: number): string => `${units.bytes(done)} of ${units.bytes(total)}`,
  left: (ms: number): string => `about ${units.duration(ms)} left`,
  stop: 'Stop',
  stopped: 'The move is stopped',
  stoppedLead: 'The vault is where it was. What is copied is kept, and the move goes on from there.',
  goOn: 'Go on moving',
  giveUp: 'Remove the copy',
  removing: 'The vault is open in its new place. The old folder is being emptied',
  done: 'The vault was moved',
  doneKept: (count: number, folder: string): string =>
    count === 1
      ? `One file in ${folder} is not the vault’s and stayed there.`
      : `${units.count(count)} files in ${folder} are not the vault’s and stayed there.`,
  progress: 'How much of the vault is copied',

  closedFor: 'Moving the vault',
  closedForLead: (folder: string): string =>
    `The last part goes to ${folder}. Recording goes on by itself in a moment.`,
};
