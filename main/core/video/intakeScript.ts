/**
 * What ffmpeg is told for an intake: the ffconcat script with the camera's address and credentials, which goes in by
 * stdin (arguments and environment can be read by every process), and the arguments, which hold nothing of the camera.
 * Pure functions; throws only for addresses that `cameras` must never let through.
 */
import type { AudioCodec, VideoCodec } from '../../contract/model.ts';

export interface Credentials {
  user: string;
  password: string;
}

export interface StreamSource {
  /** rtsp(s)://host:port/path, without credentials. */
  url: string;
  credentials: Credentials | null;
  /** The user allows that the password goes to this camera in the clear; not said: no. */
  allowsClearPassword?: boolean;
  video: VideoCodec;
  /** null: the stream has no sound. */
  audio: AudioCodec | null;
}

/**
 * How long ffmpeg looks at the first packets. short: it shows at once. long: for streams that do not name themselves,
 * or with B-frames, whose first picture needs a time before FLV and MP4 take it (costs one frame of latency).
 */
export type Probe = 'short' | 'long';

/**
 * 32 bytes are enough for one track, and start 0.3 s sooner than anything longer. With sound they would end at its
 * first packet, so it looks until both are known. `nobuffer` is missing on purpose: it drops the packets looked at.
 */
function probeOptions(probe: Probe, sound: boolean): [name: string, value: number][] {
  if (probe === 'long')
    return [
      ['probesize', 2_000_000],
      ['analyzeduration', 4_000_000],
    ];
  if (!sound)
    return [
      ['probesize', 32],
      ['analyzeduration', 0],
    ];
  return [
    ['probesize', 1_000_000],
    ['analyzeduration', 2_000_000],
    ['fpsprobesize', 0],
  ];
}

/** ffmpeg cuts user name and password, encoded and with their colon, at this length (rtsp.c: `char auth[128]`). */
export const longestCredentialsBytes = 127;

/**
 * The script for stdin; null where user name and password are longer than ffmpeg can take. Only the tracks that are
 * wanted are asked for: a camera's metadata track would keep ffmpeg waiting.
 */
export function intakeScript(source: StreamSource, probe: Probe, sound: boolean): string | null {
  const address = addressWithCredentials(source);
  if (address === null) return null;
  return [
    'ffconcat version 1.0',
    `file '${address.replaceAll("'", "'\\''")}'`,
    'option rtsp_transport tcp',
    // Only for when our own watch fails: its 10 s can last 20.
    'option timeout 10000000',
    `option allowed_media_types ${sound ? 'video+audio' : 'video'}`,
    'option fflags +genpts',
    ...probeOptions(probe, sound).map(([name, value]) => `option ${name} ${value}`),
    '',
  ].join('\n');
}

function addressWithCredentials({ url, credentials }: StreamSource): string | null {
  const parts = /^(rtsps?:\/\/)([^/?#@\s]+)([/?#].*)?$/i.exec(url);
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  if (!parts || /[\u0000-\u001f\u007f]/.test(url)) throw new TypeError('not an address of a stream');
  const [, scheme = '', host = '', path = ''] = parts;
  // Without blanks and quotes an address is one word, and can be taken out of what ffmpeg says about it.
  const plainPath = path.replace(/[\s'"]/g, percentEncoded);
  if (credentials === null) return scheme + host + plainPath;
  const authority = `${encoded(credentials.user)}:${encoded(credentials.password)}`;
  if (Buffer.byteLength(authority) > longestCredentialsBytes) return null;
  return `${scheme}${authority}@${host}${plainPath}`;
}

/** Percent-encodes what would end the name or password early, and no more: encoded they must stay short. */
function encoded(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are among what it encodes
  return text.replace(/[\u0000-\u0020\u007f%:@/?#'"\\]|\s/g, percentEncoded);
}

function percentEncoded(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

export interface Outputs {
  live: 'copy' | 'convert' | null;
  disk: { sound: 'copy' | 'aac' | null } | null;
}

/** Whether frames of this codec reach the screen without being converted. */
export function isCarried(video: VideoCodec, flvCarriesHevc: boolean): boolean {
  return video === 'H.264' || video === 'unknown' || (video === 'H.265' && flvCarriesHevc);
}

/** What can be had of this stream: FLV carries H.264, and H.265 since ffmpeg 6.1; the rest is converted, or not shown. */
export function outputsFor(
  { video, audio }: Pick<StreamSource, 'video' | 'audio'>,
  wants: { record: boolean; sound: boolean; convert: boolean },
  flvCarriesHevc: boolean,
): Outputs {
  const live = wants.convert ? 'convert' : isCarried(video, flvCarriesHevc) ? 'copy' : null;
  const sound = !wants.sound || audio === null ? null : audio === 'AAC' ? 'copy' : 'aac';
  return { live, disk: wants.record ? { sound } : null };
}

export const livePipe = 1;
export const diskPipe = 3;

const quiet = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'];
const input = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,tcp,udp,rtp,rtsp,tls,crypto'];
const liveFormat = ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', `pipe:${livePipe}`];
/**
 * How long ffmpeg holds what it has before it hands on a fragment; a picture more, because a picture's length is known
 * only when the next one comes. It is part of what a crash loses (vault/README.md, "Bounded loss"), so it is short. It
 * costs 127 bytes a fragment without sound and 221 with it: at two a second 1 % of 100 kbit/s, 0.1 % of 2 Mbit/s.
 */
export const fragmentMs = 500;

/**
 * Without the duration a fragment would wait for the next keyframe. With `delay_moov` and `frag_discont` the tracks keep
 * their places when one begins later than the other; without them ffmpeg stretches the first picture to cover the
 * difference. A track that is announced and silent may hold the other back for 0.5 s, not for ffmpeg's 10 s.
 */
function diskFormat(video: VideoCodec): string[] {
  // Of MJPEG every picture is a keyframe: a fragment each would be far too many.
  const cut = video === 'MJPEG' ? '' : '+frag_keyframe';
  return [
    ...['-f', 'mp4', '-movflags', `${cut}+empty_moov+default_base_moof+delay_moov+frag_discont`],
    ...['-frag_duration', `${fragmentMs * 1000}`, '-flush_packets', '1', '-max_interleave_delta', '500000'],
    ...['-avoid_negative_ts', 'make_non_negative', `pipe:${diskPipe}`],
  ];
}
// The encoder's first packet lies before 0, where a fragment cannot begin.
const encoding = ['-b:a', '48k', '-bsf:a', 'noise=drop=lt(pts\\,0)'];
const conversion = [
  ...[
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-level',
    '4.1',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '25',
  ],
  ...['-vf', 'scale=trunc(min(1280\\,iw)/2)*2:-2', '-threads', '2'],
];

/** The arguments up to the input, which is the script on stdin. */
export function intakeInput(probe: Probe, sound: boolean): string[] {
  const probing = probeOptions(probe, sound).flatMap(([name, value]) => [`-${name}`, `${value}`]);
  return [...quiet, ...input, '-fflags', '+genpts', ...probing, '-i', 'pipe:0'];
}

/** ffmpeg gives the first packet from RTP no time. */
const timeForTheFirst = ['-bsf:v', 'setts=pts=if(eq(PTS\\,NOPTS)\\,if(N\\,PREV_OUTPTS+1\\,0)\\,PTS)'];

export function intakeArguments(outputs: Outputs, video: VideoCodec, probe: Probe): string[] {
  const all = intakeInput(probe, outputs.disk?.sound != null);
  const copy = ['-c:v', 'copy', ...(probe === 'long' ? timeForTheFirst : [])];
  if (outputs.live) all.push('-map', '0:v:0', ...(outputs.live === 'convert' ? conversion : copy), ...liveFormat);
  if (outputs.disk) {
    const { sound } = outputs.disk;
    all.push('-map', '0:v:0', ...copy);
    if (video === 'H.265') all.push('-tag:v', 'hvc1');
    if (sound) all.push('-map', '0:a:0?', '-c:a', sound, ...(sound === 'aac' ? encoding : []));
    all.push(...diskFormat(video));
  }
  return all;
}
