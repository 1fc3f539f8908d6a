/** The words of the settings. */
import type { Holding } from '../../model.ts';
import { units } from './units.ts';

export const settings = {
  title: 'Settings',

  look: 'Look',
  theme: 'Theme',
  drawing: 'How pictures are drawn',
  drawings: { auto: 'By itself', graphics: 'By the graphics card', processor: 'By the processor' },
  drawingIs: { graphics: 'Now by the graphics card.', processor: 'Now by the processor.' },
  drawingNote:
    'If pictures are missing, flicker or have wrong colours, the driver of the graphics card may be broken: let the processor draw them.',
  themes: { dark: 'Dark', light: 'Light', system: 'As the system' },

  keeping: 'Recordings',
  keep: 'The most that recordings may take',
  keepAuto: 'Let Nightjar decide again',
  keepAutoShort: 'decided',
  keepAutoNote: 'Nightjar decides for 80 % of the space that is free or holds recordings, at most 500 GB.',
  keepBad: 'Write a whole number of GB, 1 or more.',
  keepDays: 'Keep recordings for',
  keepFull:
    'When the size is reached, the oldest recordings make room for new ones. A camera can have a time of its own, at the camera. Protected clips stay.',
  protectedUse: (clips: number, bytes: number): string =>
    `${clips === 1 ? '1 protected clip keeps' : `${clips} protected clips keep`} ${units.bytes(bytes)} of it.`,
  previewAsking: 'Looking what that would delete',
  previewNothing: 'Deletes nothing now.',
  previewLine: ({ name, recordedMs, sizeBytes, toMs }: Holding & { name: string }): string =>
    `Deletes ${units.roughly(recordedMs)} of ${name === '' ? 'a camera without a name' : name}, ${units.bytes(sizeBytes)}, up to ${units.date(toMs)} ${units.timeToMinute(toMs)}`,
  previewTotal: (bytes: number, more: number): string =>
    more === 0
      ? `${units.bytes(bytes)} in all.`
      : `${units.bytes(bytes)} in all, with ${more === 1 ? 'one more camera' : `${more} more cameras`}.`,
  previewFinal: 'What is deleted cannot be brought back, not even with the recovery key.',
  previewOver: (bytes: number): string =>
    `Even then ${units.bytes(bytes)} are too much: protected clips, and what is being recorded now.`,
  keepMore: (free: number): string =>
    `That is more than this disk has room for: ${units.bytes(free)} are free. The oldest make room in time.`,
  set: 'Set',

  vault: 'Vault',
  vaultFolder: 'Folder',
  vaultUse: 'In use',
  vaultUsed: (used: number, keep: number): string => `${units.bytes(used)} of ${units.bytes(keep)}`,
  vaultFree: 'Free on this disk',
  vaultFingerprint: 'Signature key',
  vaultFingerprintNote:
    'Evidence packs are signed with this key. Note it elsewhere: whoever gets a pack compares it. It is the same for as long as this vault exists, and the recovery words bring it back.',
  vaultOldest: 'Oldest recording',
  vaultNone: 'nothing recorded yet',
  vaultMeter: 'How full the vault is',
  vaultNote: 'Pictures, sound, names, addresses and settings lie sealed in it.',
  vaultKey: {
    none: 'Its key lies in this computer’s keychain; the recovery key opens it without this computer.',
    lock: 'Its key lies in this computer’s keychain, sealed with your passphrase; the recovery key opens it without either.',
    vault: 'Its key lies in it, sealed with your passphrase; the recovery key opens it too.',
  },
  vaultOpens: 'Every file in it also opens without Nightjar, with the program age and any player.',

  leaving: 'What leaves this computer',
  leavingFact: 'Nothing',
  leavingNote:
    'Nightjar speaks with the cameras you added, and looks for others on your private networks only when you ask. There is no account, no server, no count of anything, no look for updates.',
  leavingExport: 'What you export is yours to give away, and it is not encrypted.',

  about: 'About',
  version: 'Version',
  runtime: 'Runs on',
  ffmpeg: 'ffmpeg',
  licence: 'ffmpeg is free software under the GPL. Its licence, and where its source is, come with Nightjar.',
};
