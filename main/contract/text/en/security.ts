/** The words of a camera's security report: each a fact, and what can be done about it. */
import { units } from './units.ts';

interface Said {
  fact: string;
  remedy: string;
}

export const security = {
  title: 'Security report',
  camera: 'Camera',
  check: 'Check',
  again: 'Check again',
  checking: 'Asking the camera',
  lead: 'Looks from this computer at what one camera leaves open: a few doors, how it asks who is there, how its video travels. Only that camera is asked, only when you want it, and no password is tried.',
  toFix: (count: number): string => (count === 0 ? 'Nothing to fix' : `${count} to fix`),
  summary: (inOrder: number, when: string): string =>
    `, ${inOrder} in order. Checked ${when} from this computer; nothing but this camera was asked.`,

  nobody: {
    fact: 'It plays for everybody',
    remedy: 'It asks nobody on your network for a password. Have it ask, on the camera’s own page.',
  },
  basic: {
    fact: 'The password crosses the network as text',
    remedy: 'Choose digest for its sign-in (RTSP authentication) on the camera’s own page.',
  },
  digest: { fact: 'Sign-in is hashed', remedy: 'The password does not cross the network as text.' },
  basicInside: { fact: 'Sign-in is encrypted', remedy: 'The password crosses the network inside TLS.' },
  signInUnknown: {
    fact: 'How it asks for the password could not be seen',
    remedy: 'Its stream did not answer. Check again when the camera is live.',
  },
  door: (name: string, port: number): Said => ({
    fact: `${name} is open, port ${port}`,
    remedy: `Turn ${name} off on the camera’s own page, under Network.`,
  }),
  doorNames: { 21: 'FTP', 22: 'SSH', 23: 'Telnet' },
  noDoor: (ports: number): Said => ({
    fact: 'No Telnet, FTP or SSH',
    remedy: `None of these doors is open. ${ports} ports were tried; there may be others.`,
  }),
  encrypted: { fact: 'Video travels encrypted', remedy: 'Password and picture are sealed on the way.' },
  offersEncrypted: {
    fact: 'Video travels unencrypted',
    remedy:
      'The camera offers rtsps. Add it again by its rtsps address: password and picture are then sealed on the way.',
  },
  unencrypted: {
    fact: 'Video travels unencrypted',
    remedy: 'It offers no rtsps at the usual port. Keep it on a network that only you use.',
  },
  clockWrong: (away: string, ahead: boolean): Said => ({
    fact: `Clock ${away} ${ahead ? 'ahead' : 'behind'}`,
    remedy: 'Set it on the camera’s own page, or give it a time server inside your network.',
  }),
  clockRight: { fact: 'Clock right', remedy: 'Within a few seconds of this computer’s.' },
  firmware: (version: string): Said => ({
    fact: `Firmware ${version}`,
    remedy: 'Compare it with the maker’s page; Nightjar does not ask the internet.',
  }),
  otherPorts: (ports: readonly number[]): Said => ({
    fact: `Other open ports: ${ports.join(', ')}`,
    remedy: 'Page, video, maker’s own tool. Usual for a camera.',
  }),
  internet: {
    fact: 'Its internet traffic cannot be seen from here',
    remedy: 'Forbid the camera the internet in your router.',
  },
  away: (ms: number): string => units.duration(Math.abs(ms)),
};
