/** The words of the settings. */
import { units } from './units.ts';

export const settings = {
  title: 'Settings',

  look: 'Look',
  theme: 'Theme',
  themes: { dark: 'Dark', light: 'Light', system: 'As the system' },

  keeping: 'Recordings',
  keep: 'The most that recordings may take',
  keepAuto: 'Let Nightjar decide again',
  keepAutoNote: 'Nightjar decides for 80 % of the space that is free or holds recordings, at most 500 GB.',
  keepBad: 'Write a whole number of GB, 1 or more.',
  keepFull:
    'When it is full, the oldest recordings make room for new ones. How long one camera keeps its own is set at the camera.',
  keepLess: (used: number): string =>
    `${units.bytes(used)} are recorded already. The oldest beyond the new size are deleted, soon after.`,
  keepMore: (free: number): string =>
    `That is more than this disk has room for: ${units.bytes(free)} are free. The oldest make room in time.`,
  set: 'Set',

  vault: 'Vault',
  vaultFolder: 'Folder',
  vaultUse: 'In use',
  vaultUsed: (used: number, keep: number): string => `${units.bytes(used)} of ${units.bytes(keep)}`,
  vaultFree: 'Free on this disk',
  vaultOldest: 'Oldest recording',
  vaultNone: 'nothing recorded yet',
  vaultMeter: 'How full the vault is',
  vaultNote:
    'Pictures, sound, names, addresses and settings lie sealed in it. Its key lies in this computer’s keychain; the recovery key opens it without this computer.',
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
