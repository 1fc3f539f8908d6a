/** The words of evidence packs, in Nightjar and on the page that checks one: what was found, and what it proves. */
import { isNote, type PackFinding, type PackPlace } from '../../evidence/pack.ts';
import type { Saying } from './problems.ts';
import { units } from './units.ts';

export const evidence = {
  /** At the end of its folder's name. */
  pack: 'evidence pack',
  title: 'Evidence pack',
  lead: 'Recordings of surveillance cameras, their checksums and a signature. This page checks them, here, and sends nothing.',
  choose: 'Choose the folder',
  chooseAgain: 'Choose another folder',
  drop: 'Or drop the folder here that this page lies in.',
  howTo:
    'A page that is opened from a disk may not look around there by itself: choose the folder, and it checks all of it. Browsers may ask whether to “upload” the files: nothing leaves this computer.',
  stop: 'Stop',
  checking: 'Checking',
  progress: 'Progress of the check',
  progressText: (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  passed: 'Unchanged and signed',
  passedLead: (fingerprint: string): string =>
    `Nothing in this pack was changed since the key ${fingerprint} signed it.`,
  otherKey: 'Signed by another key',
  otherKeyLead:
    'Nothing in this pack was changed since it was signed, but whoever signed it had another key than the one you noted. Ask who made it, and compare the fingerprint again.',
  failed: 'Not as it was signed',
  failedLead: (count: number): string =>
    count === 1
      ? 'One thing is not as it was when the pack was made.'
      : `${count} things are not as they were when the pack was made.`,
  stopped: 'The check was stopped. It says nothing of this pack.',
  unreadable: 'The folder could not be read. Choose it again.',
  counts: (files: number, bytes: number, fragments: number): string =>
    `${units.count(files)} files, ${units.bytes(bytes)} and ${units.count(fragments)} pieces of video were compared.`,
  vouched: (vouched: number, recordings: number): string =>
    recordings === 0
      ? ''
      : `Of ${units.count(recordings)} ${recordings === 1 ? 'recording' : 'recordings'}, the one recorded next names ${units.count(vouched)}, and what ${vouched === 1 ? 'it holds' : 'they hold'}.`,
  key: 'Key of the signature',
  keyNote:
    'Compare it with what you were given another way, on paper or by telephone: anybody can sign with a key of their own.',
  expected: 'The key’s fingerprint as you noted it',
  expectedBad: 'A fingerprint is 32 digits of 0 to 9 and a to f.',
  expectedSame: 'It is the key that you noted.',
  expectedOther: 'Signed, but not by the key you noted.',
  compare: 'Compare',
  findings: 'What is not as it was',
  notes: 'Worth knowing',
  facts: 'What the pack says',
  factsUnproved: 'The signature does not hold, so none of this can be relied on.',
  stamp,
  span: (fromMs: number, toMs: number): string => `${stamp(fromMs)} to ${stamp(toMs)}`,
  labels: {
    span: 'Span',
    made: 'Made',
    app: 'With',
    maker: 'Maker and model',
    serial: 'Serial number',
    firmware: 'Firmware',
    clock: 'The camera’s own clock',
    gaps: 'Gaps',
    recordings: 'Recordings',
    files: 'Video',
    utc: 'in UTC',
  },
  /** Packs of the first version do not say it. */
  withSound: (sound: boolean | undefined): string =>
    sound === undefined ? '' : sound ? ', with sound' : ', without sound',
  videoNote:
    'Players show what is told here. The pictures up to a few seconds before it, which a decoder begins with, are in the file.',
  unknown: 'not known',
  noGaps: 'none',
  gap: (fromMs: number, toMs: number, cause: string): string =>
    `${stamp(fromMs)} to ${stamp(toMs)} (${units.duration(toMs - fromMs)}): ${cause}`,
  clockAtExport: (offsetMs: number, uncertaintyMs: number | null): string =>
    `${ahead(offsetMs)} when the pack was made${uncertaintyMs === null ? ', to the second' : `, give or take ${seconds(uncertaintyMs)}`}`,
  clockAtExportUnknown: 'not known when the pack was made',
  clockThen: (leastMs: number, mostMs: number): string =>
    leastMs === mostMs
      ? `${ahead(leastMs)} while it was recorded`
      : `${ahead(leastMs)} to ${ahead(mostMs)} while it was recorded`,
  clockThenUnknown: 'not measured while it was recorded',
  clockNote: 'Times are of the computer that recorded. What the camera writes into its picture may differ by this.',
  say: sayFinding,
  place: placeWords,
  proofHeading: 'What a passing check proves, and what not',
  provesHeading: 'What it proves',
  proves: [
    'Every file is, to the bit, as it was when the pack was made, and none is missing, renamed or exchanged.',
    'Whoever signed had the key of one Nightjar vault. The key is the same in every pack of that vault.',
    'The files under “original” are what that vault holds, byte for byte; each recording names the one before it, signed when it began.',
    'The gaps, their causes and the camera’s data are those that Nightjar knew.',
  ],
  provesNotHeading: 'What it does not prove',
  provesNot: [
    'Not whose key it is. Compare the fingerprint with one that you were given another way.',
    'Not that the camera saw what happened: a camera can be moved, fooled or fed with other pictures before Nightjar receives them.',
    'Not that the time is right: it is the clock of the computer that recorded. Nobody else confirmed it.',
    'Not that the owner of the vault is honest: who has its key can make another pack, and other recordings, at any time.',
    'Not that nothing else was recorded: the pack holds the span and the cameras that were chosen.',
    'Not anything, when this page came from somebody whom you do not trust: a false page passes everything. Take the page from a pack of your own, or check by hand.',
  ],
  byHand: 'To check without this page',
  byHandLead: 'With tools that every system has, in the pack’s folder:',
  byHandFiles: 'compares every file',
  byHandSignature: 'checks the signature of the manifest, which lists them',
  /** read-me.txt in the pack: some programs that send files leave pages out. */
  readMe: (fingerprint: string): string =>
    [
      evidence.title.toUpperCase(),
      evidence.lead.replace('This page', 'The page check.html'),
      `Open check.html in a browser. ${evidence.howTo}`,
      `${evidence.key}: ${fingerprint}. ${evidence.keyNote}`,
      evidence.proofHeading.toUpperCase(),
      evidence.provesHeading.toUpperCase(),
      ...evidence.proves,
      evidence.provesNotHeading.toUpperCase(),
      ...evidence.provesNot,
      evidence.byHand.toUpperCase(),
      evidence.byHandLead,
      'sha256sum --check checksums.txt',
      'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig',
      '',
    ].join('\r\n\r\n'),
  player: {
    heading: 'Pictures',
    only: 'Shown only from files that are as they were signed.',
    play: 'Play',
    pause: 'Pause',
    back: 'Back 5 s',
    on: 'On 5 s',
    position: 'Time',
    slower: 'Speed',
    noPicture: 'Nothing was recorded here',
    notShown: 'Not shown: this file was changed',
    unplayable: 'This browser cannot play this video. The file is in the folder “video”.',
    soundOf: 'Sound of',
    noSound: 'no camera',
    keys: 'Space plays and pauses; the arrow keys go back and on by 5 s.',
  },
  /** In the list of exports. */
  checkedPassed: (at: string): string => `signature checked ${at}`,
  checkedFailed: (at: string, count: number): string =>
    `checked ${at}: ${count === 1 ? '1 thing is' : `${count} things are`} not as signed`,
  checkAgain: 'Check again',
  checkingNow: 'checking',
  gone: 'The pack is not where it was saved.',
  isNote,
};

/** What is wrong, and where; the second sentence says more of it. */
function sayFinding(finding: PackFinding): Saying {
  const where = 'file' in finding && 'camera' in finding ? placeWords(finding) : '';
  switch (finding.is) {
    case 'noManifest':
      return {
        fact: 'manifest.json is not there.',
        remedy: 'Choose the pack’s own folder, the one with check.html in it.',
      };
    case 'manifestUnread':
      return { fact: 'manifest.json was changed: it is no manifest any more.', remedy: 'Ask for the pack again.' };
    case 'manifestNewer':
      return { fact: 'A newer Nightjar made this pack.', remedy: 'Use the page that lies in the pack.' };
    case 'noSignature':
      return { fact: 'manifest.sig is not there: nobody signed this.', remedy: 'Ask for the pack again.' };
    case 'signature':
      return {
        fact: 'manifest.json or manifest.sig was changed: the signature does not fit.',
        remedy: 'What the pack says of its files, cameras and times cannot be relied on.',
      };
    case 'otherKey':
      return {
        fact: 'Signed, but not by the key you noted.',
        remedy: 'Ask who made it, and compare the fingerprint again.',
      };
    case 'missing':
      return finding.as === null
        ? { fact: `${finding.file} is missing.`, remedy: 'Ask for the pack again.' }
        : { fact: `${finding.file} was renamed: it is here as ${finding.as}.`, remedy: 'What it holds is unchanged.' };
    case 'extra':
      return { fact: `${finding.file} is not part of the pack.`, remedy: 'Nothing is said of it.' };
    case 'unread':
      return { fact: `${finding.file} could not be read.`, remedy: 'The disk may be failing. Copy the pack anew.' };
    case 'altered':
      return {
        fact: `${finding.file} was changed${finding.fromByte === 0 ? '' : `, in bytes ${finding.fromByte} to ${finding.toByte - 1}`}.`,
        remedy: where,
      };
    case 'dropped':
      return { fact: `A piece of video was taken out of ${finding.file}.`, remedy: where };
    case 'moved':
      return { fact: `A piece of video lies at another place in ${finding.file}.`, remedy: where };
    case 'shifted':
      return {
        fact: `A piece of video in ${finding.file} says another time: ${ahead(finding.byMs, 'later', 'earlier')}.`,
        remedy: where,
      };
    case 'inserted':
      return {
        fact: `Something was put into ${finding.file}, at bytes ${finding.fromByte} to ${finding.toByte - 1}.`,
        remedy: where,
      };
    case 'content':
      return { fact: `What the manifest says of ${finding.file} does not hold together.`, remedy: where };
    case 'link':
      return {
        fact: `${finding.file} does not say itself that it is this recording, or another key says so.`,
        remedy: where,
      };
    case 'chain':
      return {
        fact: `The recording before ${finding.file} is not the one that was recorded before it.`,
        remedy: where,
      };
    case 'notHere':
      return {
        fact: `The recording of ${stamp(finding.beforeMs)}, which came before ${finding.file}, is not in the pack.`,
        remedy: 'It was deleted before the pack was made, or was no part of what was chosen.',
      };
  }
}

/** "Front door, Fri 20 Nov 2026 14:02:10 to 14:02:11"; '' where nothing is known. */
function placeWords({ camera, fromMs, toMs }: PackPlace): string {
  // Most pieces are shorter than a second.
  const until = toMs === null || toMs - (fromMs ?? 0) < 2000 ? '' : ` to ${units.time(toMs)}`;
  const when = fromMs === null ? '' : `${stamp(fromMs)}${until}`;
  return [camera ?? '', when].filter((part) => part !== '').join(', ');
}

function stamp(atMs: number): string {
  return `${units.date(atMs)} ${units.time(atMs)}`;
}

function ahead(ms: number, later = 'ahead', earlier = 'behind'): string {
  return `${seconds(Math.abs(ms))} ${ms < 0 ? earlier : later}`;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : units.duration(ms);
}
