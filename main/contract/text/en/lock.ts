/** The locked window, the fields for a passphrase, and the settings' section about both. */
import { units } from './units.ts';

export const lock = {
  title: 'Locked',
  passphrase: 'Passphrase',
  unlock: 'Unlock',
  unlocking: 'Unlocking',
  useWords: 'Use the recovery key',
  wordsLead: 'They open this vault without its passphrase. Paste them, or type them one by one.',
  waits: (leftMs: number): string => `The next try is possible in ${units.duration(leftMs)}.`,
  mayTry: 'You can try again now.',

  recordingGoesOn: 'Recording goes on',
  someRecord: (cameras: number, of: number): string => `Recording goes on, ${cameras} of ${of}`,
  noneRecords: 'Nothing is recorded',
  notBefore: 'Nothing is recorded before it is unlocked',

  section: 'Lock',
  show: 'Show what is typed',
  again: 'The same once more',
  notTheSame: 'The two are not the same. Type the second once more.',
  needed: 'Type a passphrase first.',
  currentNeeded: 'Type the passphrase that is set now.',
  tooShort: (left: number): string => (left === 1 ? 'One more character.' : `${left} more characters.`),
  onlyDigits: 'Digits alone are quickly tried out. Take words.',
  oneRepeated: 'That is a few characters over and over. Take words.',
  short: 'Short. Whoever copies this computer’s disk and keychain could find it by trying.',
  middling: 'Good if its words have nothing to do with each other, or with you.',
  long: 'Long. Good if it is no saying and no line of a song.',

  none: 'Nightjar opens with your login alone.',
  noneNote:
    'With a passphrase, Lock hides every picture, name and time until it is given, and Nightjar asks for it after each start. Recording goes on meanwhile.',
  askedFor: 'To lock Nightjar, set a passphrase first.',
  isSet: 'A passphrase is set.',
  isSetNote: (keys: string): string =>
    `Lock, in the rail or with ${keys}, hides every picture, name and time until it is given. Recording goes on.`,
  isVault: 'This vault opens by its passphrase, without a keychain.',
  isVaultNote: (keys: string): string =>
    `It is asked for at each start, and nothing is recorded before it is given. Lock, in the rail or with ${keys}, hides every picture, name and time; recording goes on then.`,
  first: 'New passphrase',
  current: 'The passphrase until now',
  checking: 'Checking',
  goOn: 'Go on',
  currentForgotten: 'Forgotten? Lock Nightjar and use the recovery key; then it is not asked for.',
  knowsWords: 'The recovery key opened the vault, so the passphrase until now is not asked for.',
  set: 'Set the passphrase',
  change: 'Change it…',
  changeDo: 'Change the passphrase',
  remove: 'Take it away…',
  removeDo: 'Take the passphrase away',
  removeNote: 'Nightjar then opens with your login alone, and Lock has nothing to ask for.',
  working: 'Sealing the key',
  wasSet: 'The passphrase is set. Lock asks for it from now on.',
  wasChanged: 'The passphrase is changed.',
  wasRemoved: 'The passphrase is taken away.',
  after: 'Lock without a key or the mouse after',
  afterNever: 'never',
  afterMinutes: (minutes: number): string => {
    if (minutes === 1) return '1 minute';
    return minutes < 60 ? `${minutes} minutes` : units.duration(minutes * 60_000);
  },
  onSuspend: 'Lock when the computer goes to sleep',
  onSuspendNote: 'On macOS and Windows also when its screen is locked.',
  cannotBeSent: 'Nobody can send it to you again. If it is forgotten, the recovery key opens the vault without it.',
  protectsNot: 'What it does not protect against',
  protectsNotList: [
    'Somebody at this computer can end Nightjar or delete the vault’s folder.',
    'Somebody with your login can read the cameras’ names, addresses and settings, which recording needs; not the recordings.',
    'A program that runs under your login while Nightjar is unlocked can read what Nightjar reads.',
    'What you exported lies outside the vault.',
  ],
  protectsNotVault: [
    'Somebody at this computer can end Nightjar or delete the vault’s folder.',
    'Somebody who has the folder can try passphrases for as long as they like. Each try takes a computer about a second.',
    'A program that runs under your login while Nightjar is unlocked can read what Nightjar reads.',
    'What you exported lies outside the vault.',
  ],
  notLocked: { fact: 'Nightjar could not lock.', remedy: 'Try again, or quit Nightjar to hide everything.' },
};
