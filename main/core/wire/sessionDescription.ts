/**
 * Takes a camera's session description (SDP, RFC 8866) apart into its tracks. What the tracks mean is left to others.
 * Hostile input is expected: lines and tracks are bounded, what is malformed is passed over. Never throws.
 */

export interface DescribedTrack {
  /** 'video', 'audio', 'application' …, in lower case; 'other' where it is malformed. */
  kind: string;
  payloadType: number;
  /** The encoding's name as it came ('H264', 'PCMU'), '' when it is not said. */
  codec: string;
  /** Ticks a second; 0 when it is not said. */
  clockRate: number;
  channels: number;
  /** Parameters of the format, names in lower case. */
  format: Map<string, string>;
  /** Where to SETUP it: absolute, or relative to the description; '' when it is not said. */
  control: string;
  /** All its lines but the first. */
  lines: string[];
}

export interface SessionDescription {
  /** For the session as a whole; '' when it is not said. */
  control: string;
  tracks: DescribedTrack[];
}

const maxLines = 500;
const maxLineLength = 4000;
const maxTracks = 32;

/** Payload types with a meaning of their own (RFC 3551 §6): name, clock rate. */
const staticTypes = new Map<number, [codec: string, clockRate: number]>([
  [0, ['PCMU', 8000]],
  [2, ['G721', 8000]],
  [8, ['PCMA', 8000]],
  [26, ['JPEG', 90_000]],
]);

export function readSessionDescription(text: string): SessionDescription {
  const session: SessionDescription = { control: '', tracks: [] };
  let track: DescribedTrack | null = null;
  for (const line of text.split(/\r\n|\r|\n/, maxLines)) {
    if (line.length > maxLineLength) continue;
    if (line.startsWith('m=')) {
      if (session.tracks.length === maxTracks) return session;
      track = beginTrack(line);
      session.tracks.push(track);
      continue;
    }
    const control = /^a=control:\s*(\S{1,2000})\s*$/i.exec(line)?.[1];
    if (control !== undefined && track) track.control = control;
    else if (control !== undefined) session.control = control;
    if (track) addLine(track, line);
  }
  return session;
}

function beginTrack(line: string): DescribedTrack {
  const media = /^m=([a-z]{1,20}) \S{1,20} \S{1,40} (\d{1,3})/i.exec(line);
  const payloadType = Number(media?.[2] ?? 0);
  const [codec, clockRate] = (media && staticTypes.get(payloadType)) ?? ['', 0];
  const kind = media?.[1]?.toLowerCase() ?? 'other';
  return { kind, payloadType, codec, clockRate, channels: 1, format: new Map(), control: '', lines: [] };
}

function addLine(track: DescribedTrack, line: string): void {
  track.lines.push(line);
  const map = /^a=rtpmap:\s*(\d{1,3}) ([A-Za-z0-9.+_-]{1,40})\/(\d{1,7})?(?:\/(\d{1,2}))?/.exec(line);
  // Some cameras offer several formats in one line: the first is what they send.
  if (map && (track.codec === '' || Number(map[1]) === track.payloadType)) {
    track.codec = map[2] ?? '';
    track.clockRate = Number(map[3] ?? 0);
    track.channels = Number(map[4] ?? 1);
  }
  const format = /^a=fmtp:\s*\d{1,3} (.*)$/i.exec(line)?.[1];
  for (const parameter of format?.split(';') ?? []) {
    const equals = parameter.indexOf('=');
    if (equals > 0)
      track.format.set(parameter.slice(0, equals).trim().toLowerCase(), parameter.slice(equals + 1).trim());
  }
}
