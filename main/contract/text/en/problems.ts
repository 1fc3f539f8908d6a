/**
 * One sentence of fact and one of remedy for every problem that the contract knows. A code without a sentence does not
 * compile. Nothing here shows a code, and nothing could show a credential.
 */
import type { ProblemCode, ProblemOf } from '../../problems.ts';
import { units } from './units.ts';

export interface Saying {
  fact: string;
  /** '' where there is nothing to do. */
  remedy: string;
}

const addressParts: Record<ProblemOf<'badAddress'>['part'], Saying> = {
  empty: {
    fact: 'There is no address yet.',
    remedy: 'Enter a name, a number such as 192.168.1.20, or an rtsp address.',
  },
  scheme: {
    fact: 'The address begins with something else than rtsp or http.',
    remedy: 'Leave its beginning out, or write rtsp://.',
  },
  host: {
    fact: 'The name of the camera in this address is not one.',
    remedy: 'Write it as 192.168.1.20 or as camera.lan.',
  },
  port: { fact: 'The number after the colon is no port.', remedy: 'Leave it out, or write one from 1 to 65535.' },
  form: { fact: 'This is not an address of a camera.', remedy: 'It looks like rtsp://192.168.1.20/stream1.' },
};

const badKeys: Record<ProblemOf<'badKey'>['is'], Saying> = {
  empty: { fact: 'There is no key yet.', remedy: 'Paste the public key of whoever is to open the vault: age1…' },
  secret: {
    fact: 'This is a secret key. It was not kept.',
    remedy: 'Give secret keys to nobody. Paste the public key that goes with it: it begins with age1.',
  },
  kind: {
    fact: 'This is a key of a kind that the vault cannot be sealed to.',
    remedy:
      'Make one with age-keygen: 62 characters that begin with age1. Plug-ins, SSH and post-quantum keys do not do.',
  },
  form: {
    fact: 'This is no public key.',
    remedy: 'It has 62 characters and begins with age1. Copy it whole, and check that no character is missing.',
  },
  own: { fact: 'This is the vault’s own key.', remedy: 'It opens the vault already.' },
};

export const problems: { [Code in ProblemCode]: (problem: ProblemOf<Code>) => Saying } = {
  noSuchHost: ({ host }) => ({
    fact: `The network does not know ${host}.`,
    remedy: 'Check the name, or enter the camera’s number, such as 192.168.1.20.',
  }),
  noNetwork: ({ host }) => ({
    fact: `This computer has no network to ${host}.`,
    remedy: 'Check its cable or its Wi-Fi, and that it is in the camera’s network.',
  }),
  noAnswer: ({ host, port }) => ({
    fact: `Nothing answers at ${host}, port ${port}.`,
    remedy: 'Check that the camera has power and that it is on the same network.',
  }),
  notACamera: ({ host, port }) => ({
    fact: `What answers at ${host}, port ${port}, does not speak as a camera does.`,
    remedy: 'Check the address and the port. Some cameras need ONVIF or RTSP switched on first.',
  }),
  passwordRefused: () => ({
    fact: 'The camera refused this user name or password.',
    remedy: 'Check them on the camera’s own page.',
  }),
  passwordMissing: () => ({
    fact: 'This computer has no password for the camera.',
    remedy: 'Enter its user name and password again: the vault came without them.',
  }),
  passwordInClear: () => ({
    fact: 'This camera asks for the password in the clear: everybody on its network could read it.',
    remedy: 'Choose digest sign-in for RTSP on the camera’s own page, or allow it for this camera where you sign in.',
  }),
  badAddress: ({ part }) => addressParts[part],
  foreignStream: ({ host }) => ({
    fact: `The camera names a stream on another host, ${host}. Nightjar does not go there.`,
    remedy: 'Check the camera’s network settings, or add that host as a camera of its own.',
  }),
  noStreams: () => ({
    fact: 'The camera takes the password, but it offers no video.',
    remedy: 'Switch a stream on, on the camera’s own page.',
  }),
  unsupportedCodec: ({ codec }) => ({
    fact: `The camera sends ${codec}, which cannot be recorded.`,
    remedy: 'Set its stream to H.264 or H.265, on the camera’s own page.',
  }),
  cannotMove: () => ({
    fact: 'This camera cannot be moved there.',
    remedy: 'Check on the camera’s own page what of it can be moved.',
  }),
  moveNotAllowed: () => ({
    fact: 'The camera does not let this user move it.',
    remedy: 'Give the user an operator’s rights, on the camera’s own page.',
  }),
  moveRefused: ({ reason }) => ({
    fact: 'The camera refused this.',
    remedy: `${reason === '' ? '' : `It says: “${reason}”. `}Check on its own page whether it is allowed there.`,
  }),
  notStopped: ({ withinMs }) => ({
    fact: 'The camera did not answer when it was told to stop.',
    remedy:
      withinMs === 0
        ? 'It moves by single steps, and makes no further one.'
        : `It stops by itself within ${units.duration(withinMs)}. Check that it is on the network.`,
  }),
  eventsRefused: ({ reason }) => ({
    fact: 'The camera does not tell of its events.',
    remedy: `${reason === '' ? '' : `It says: “${reason}”. `}Check on its own page whether events are switched on.`,
  }),
  alreadyAdded: ({ name }) => ({
    fact: `This camera is on the list already, as “${name}”.`,
    remedy: 'Open it in Cameras to change it.',
  }),
  gone: () => ({ fact: 'This is not there any more.', remedy: 'Go back and choose again.' }),
  keychainLocked: () => ({
    fact: 'This computer’s keychain is locked or does not answer.',
    remedy: 'Unlock it, then try again.',
  }),
  keychainMissing: () => ({
    fact: 'This system has no keychain to keep the vault’s key in.',
    remedy: 'Install and start a secret service, such as GNOME Keyring or KWallet, then try again.',
  }),
  keyMissing: () => ({
    fact: 'The vault is there, but this computer’s keychain holds no key for it.',
    remedy: 'The recovery words open it, and put its key into this keychain.',
  }),
  keyWrong: () => ({
    fact: 'The key in this computer’s keychain belongs to another vault.',
    remedy: 'The recovery words open this one, and put its key into this keychain.',
  }),
  vaultMissing: ({ folder }) => ({
    fact: `The folder ${folder} is not there.`,
    remedy: 'Connect the disk that holds it, then try again.',
  }),
  vaultNewer: ({ version, understood }) => ({
    fact: `A newer Nightjar wrote this vault: its format is ${version}, this one understands ${understood}.`,
    remedy: 'Install the newer Nightjar. Nothing in the vault was changed.',
  }),
  vaultDamaged: ({ file }) =>
    file === 'vault.json' || file === 'passphrase.age'
      ? {
          fact: `The file ${file} of the vault is damaged.`,
          remedy: 'The recovery words open the vault without it. The recordings are not touched.',
        }
      : {
          fact: `The file ${file} of the vault does not open, and no earlier version of it does.`,
          remedy: 'Copy it back from a backup, if there is one. The recordings are not touched.',
        },
  vaultRestored: ({ file }) => ({
    fact: `The file ${file} of the vault was damaged. Nightjar uses the version before it.`,
    remedy: 'Check what you changed last. The damaged file was kept beside it.',
  }),
  settingsLost: () => ({
    fact: 'The settings of the vault are damaged, and so is the version before them. Nightjar uses the usual ones.',
    remedy: 'Look through Settings, above all how long recordings are kept. The damaged file was kept beside them.',
  }),
  camerasLost: () => ({
    fact: 'The list of cameras is damaged, and so is the version before it. No camera is recorded. All recordings are there.',
    remedy: 'Add your cameras again. What was recorded before is in the archive, under each camera’s number.',
  }),
  passwordsLost: () => ({
    fact: 'The cameras’ passwords in the vault are damaged, and so is the version before them.',
    remedy: 'Enter each camera’s password again.',
  }),
  bookmarksLost: () => ({
    fact: 'The list of bookmarks is damaged, and so is the version before it. Nightjar begins a new one.',
    remedy: 'All recordings are there. The damaged file was kept beside it.',
  }),
  otherInstance: ({ folder }) => ({
    fact: `Another Nightjar has the vault in ${folder} open.`,
    remedy: 'Close it, on this computer or on the one that shares the folder, then try again.',
  }),
  folderNotEmpty: ({ folder }) => ({
    fact: `The folder ${folder} holds other things, and no vault.`,
    remedy: 'Choose an empty folder, or make one.',
  }),
  folderNotWritable: ({ folder }) => ({
    fact: `Nightjar may not write into ${folder}.`,
    remedy: 'Choose another folder, or see that this one is there and allows it in its permissions.',
  }),
  diskReadOnly: ({ folder }) => ({
    fact: `The disk of ${folder} can only be read.`,
    remedy:
      'Allow writing on it, by its switch or how it is mounted, or have the system check it for errors. What lies on it can be played.',
  }),
  insideVault: ({ folder }) => ({
    fact: `The folder ${folder} lies inside the vault.`,
    remedy: 'Choose one outside it: what is exported is not encrypted.',
  }),
  placeMissing: ({ folder }) => ({
    fact: `The export’s folder ${folder} is not there.`,
    remedy: 'Connect the disk that holds it, then go on.',
  }),
  folderNotPrivate: ({ folder }) => ({
    fact: `The disk of ${folder} cannot keep files private to you.`,
    remedy: 'What lies in the vault is sealed all the same. Others who use this computer could delete it.',
  }),
  diskFull: ({ folder, freeBytes }) => ({
    fact: `The disk of ${folder} is full: ${units.bytes(freeBytes)} are free.`,
    remedy: 'Make room on it, or let recordings take less in Settings.',
  }),
  targetFull: ({ neededBytes, freeBytes }) => ({
    fact: 'The target disk is full.',
    remedy: `Free ${units.bytes(Math.max(1_000_000, neededBytes - freeBytes))} there, or choose another folder.`,
  }),
  encoderMissing: () => ({
    fact: 'The ffmpeg of this computer cannot make H.264 pictures.',
    remedy: 'Export with the fast cut and nothing burnt in, or install an ffmpeg with libx264.',
  }),
  passphraseGone: () => ({
    fact: 'This sealed export came to more files than were prepared, and its passphrase was not kept.',
    remedy: 'Begin it again as a new export.',
  }),
  wordsWrong: () => ({
    fact: 'These words do not open the vault.',
    remedy: 'Compare each with what you wrote down, and their order.',
  }),
  moving: () => ({
    fact: 'The vault is on its way to another folder.',
    remedy: 'Wait until it is there, or stop the move.',
  }),
  noRoom: ({ folder, neededBytes, freeBytes }) => ({
    fact: `The vault needs ${units.bytes(neededBytes)} at ${folder}, and ${units.bytes(freeBytes)} are free there.`,
    remedy: 'Make room there, choose another disk, or let recordings take less in Settings.',
  }),
  moveIntoItself: ({ folder }) => ({
    fact: `The folder ${folder} and the vault lie in each other.`,
    remedy: 'Choose a folder outside of the vault.',
  }),
  badKey: ({ is }) => badKeys[is],
  keyKnown: ({ name }) => ({
    fact: `This key is on the list already, as “${name}”.`,
    remedy: 'Remove that one first, to give it another name.',
  }),
  tooManyKeys: ({ most }) => ({
    fact: `The vault is sealed to ${most} other keys, which is the most.`,
    remedy: 'Remove one first.',
  }),
  foreignKey: ({ key }) => ({
    fact: `The file vault.json names a key that nobody added in Nightjar, ${key}.`,
    remedy:
      'Nothing is sealed to it. Somebody else can write to this folder: find out who, then take the key out in Settings.',
  }),
  keysLost: () => ({
    fact: 'The list of other keys of this vault was damaged. From now on it is sealed to its own key alone.',
    remedy: 'Add the others again in Settings. What they could open, they still open.',
  }),
  locked: () => ({ fact: 'Nightjar is behind its lock.', remedy: 'Unlock it first.' }),
  passphraseWrong: ({ nextTryMs }) => ({
    fact: 'This is not the passphrase.',
    remedy:
      nextTryMs === null
        ? 'Look at Caps Lock and at the keyboard’s language, then try again.'
        : `The next try is possible at ${units.time(nextTryMs)}.`,
  }),
  passphraseTooSoon: ({ nextTryMs }) => ({
    fact: 'After wrong passphrases Nightjar waits.',
    remedy: `The next try is possible at ${units.time(nextTryMs)}.`,
  }),
  passphraseShort: ({ leastCharacters }) => ({
    fact: `The passphrase has fewer than ${leastCharacters} characters.`,
    remedy: 'Take four or five words that nobody would put together.',
  }),
  protectedFull: ({ protectedBytes, keepBytes }) => ({
    fact: `Protected clips hold ${units.bytes(protectedBytes)} of the ${units.bytes(keepBytes)} that recordings may take, and nothing else is left to delete.`,
    remedy:
      'Release clips in the archive, or let recordings take more in Settings. Recording goes on until the disk is full.',
  }),
  clipsUnknown: ({ file }) => ({
    fact: `The list of protected clips (${file}) does not open, so Nightjar deletes no recording by itself.`,
    remedy:
      'Copy it back from a backup and start Nightjar again. Without one, move the file out of the vault’s folder: then nothing is protected any more.',
  }),
  tooManyClips: ({ most }) => ({
    fact: `There are ${units.count(most)} protected clips, and no more are kept.`,
    remedy: 'Release some in the archive first.',
  }),
  tooManyBookmarks: ({ most }) => ({
    fact: `There are ${units.count(most)} bookmarks, and no more are kept.`,
    remedy: 'Remove some in the archive first.',
  }),
  entryStays: ({ entries }) => ({
    fact:
      entries === 1
        ? 'The keychain has not let go of the user name and password of a camera that you removed.'
        : `The keychain has not let go of the user names and passwords of ${entries} cameras that you removed.`,
    remedy: 'Unlock the keychain; Nightjar takes them out at its next start.',
  }),
  recordingGone: () => ({
    fact: 'A recording of this span was deleted while it was exported, for its age or to make room.',
    remedy:
      'Try again: the export then has what is left, and the gap. What is protected in the archive is never deleted.',
  }),
  notRecorded: () => ({
    fact: 'Nothing is recorded in this span.',
    remedy: 'Choose another span.',
  }),
  fileExists: ({ file }) => ({
    fact: `The file ${file} exists already.`,
    remedy: 'Choose another name.',
  }),
  ffmpegMissing: () => ({
    fact: 'The program ffmpeg, which Nightjar needs for every picture, was not found.',
    remedy: 'Install ffmpeg, then start Nightjar again.',
  }),
  ffmpegFailed: ({ reason }) => ({
    fact: 'The program ffmpeg ended before it was done.',
    remedy: reason === '' ? 'Try again.' : `It says: ${reason}`,
  }),
  cancelled: () => ({ fact: 'Cancelled.', remedy: '' }),
  defect: ({ id }) => ({
    fact: 'Something in Nightjar went wrong that should not.',
    remedy: `It is in the log under ${id}. Try again, or start Nightjar again.`,
  }),
};
