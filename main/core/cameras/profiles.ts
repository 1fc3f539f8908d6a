/**
 * Reads a camera's media profiles (ONVIF Media and Media2) and chooses the two streams that Nightjar uses. Values are
 * taken as text from the reply, so tokens stay as the camera wrote them. Profiles without a token are passed over;
 * numbers out of range become "unknown". Pure; never throws.
 */
import type { AudioCodec, StreamInfo, VideoCodec } from '../../contract/model.ts';
import { child, childrenOf, textAt, type XmlElement } from './xml.ts';

export interface Profile extends Omit<StreamInfo, 'role'> {
  service: 'media' | 'media2';
  token: string;
  /** Which of the device's lenses or channels; '' where it does not say. */
  source: string;
  /** Its PTZ configuration, where it can be moved. */
  ptz: PtzConfiguration | null;
}

/** What a profile says of how it is moved (ONVIF PTZ, 5.2.2): the words that the PTZ service is asked with. */
export interface PtzConfiguration {
  /** '' where the camera gives none. */
  token: string;
  nodeToken: string;
  /** It names a space for moving continuously. */
  panTilt: boolean;
  zoom: boolean;
}

const maxProfiles = 64;
const maxTokenLength = 300;

export function readProfiles(reply: XmlElement, service: 'media' | 'media2'): Profile[] {
  const profiles: Profile[] = [];
  for (const element of childrenOf(reply, 'Profiles').slice(0, maxProfiles)) {
    const token = element.attributes.get('token') ?? '';
    if (token === '' || token.length > maxTokenLength) continue;
    const parts =
      service === 'media2'
        ? readParts(child(element, 'Configurations'), 'VideoEncoder', 'AudioEncoder', 'VideoSource', 'PTZ')
        : readParts(
            element,
            'VideoEncoderConfiguration',
            'AudioEncoderConfiguration',
            'VideoSourceConfiguration',
            'PTZConfiguration',
          );
    profiles.push({ service, token, ...parts });
  }
  return profiles;
}

function readParts(
  element: XmlElement | null,
  videoName: string,
  audioName: string,
  sourceName: string,
  ptzName: string,
): Omit<Profile, 'service' | 'token'> {
  const video = child(element, videoName);
  const audio = child(element, audioName);
  const kilobits = numberAt(video, 1, 10_000_000, 'RateControl', 'BitrateLimit');
  return {
    video: videoCodec(textAt(video, 'Encoding')),
    widthPixels: Math.round(numberAt(video, 1, 32_768, 'Resolution', 'Width') ?? 0),
    heightPixels: Math.round(numberAt(video, 1, 32_768, 'Resolution', 'Height') ?? 0),
    framesPerSecond: numberAt(video, 0.01, 1000, 'RateControl', 'FrameRateLimit'),
    bitsPerSecond: kilobits === null ? null : Math.round(kilobits * 1000),
    audio: audio === null ? null : audioCodec(textAt(audio, 'Encoding')),
    source: textAt(element, sourceName, 'SourceToken'),
    ptz: readPtz(child(element, ptzName)),
  };
}

function readPtz(element: XmlElement | null): PtzConfiguration | null {
  if (element === null) return null;
  const fit = (token: string): string => (token.length > maxTokenLength ? '' : token);
  return {
    token: fit(element.attributes.get('token') ?? ''),
    nodeToken: fit(child(element, 'NodeToken')?.text ?? ''),
    panTilt: child(element, 'DefaultContinuousPanTiltVelocitySpace') !== null,
    zoom: child(element, 'DefaultContinuousZoomVelocitySpace') !== null,
  };
}

function numberAt(element: XmlElement | null, least: number, most: number, ...path: string[]): number | null {
  const text = textAt(element, ...path);
  const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}

function videoCodec(name: string): VideoCodec {
  const plain = name.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (plain === 'H264') return 'H.264';
  if (plain === 'H265' || plain === 'HEVC') return 'H.265';
  if (plain === 'JPEG' || plain === 'MJPEG') return 'MJPEG';
  return plain === 'MPEG4' || plain === 'MPV4ES' || plain === 'MP4VES' ? 'MPEG-4' : 'unknown';
}

function audioCodec(name: string): AudioCodec {
  const plain = name.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (plain === 'G711' || plain === 'PCMU' || plain === 'PCMA') return 'G.711';
  if (plain.startsWith('G726')) return 'G.726';
  if (plain === 'AAC' || plain === 'MP4ALATM' || plain === 'MPEG4GENERIC') return 'AAC';
  return plain === 'OPUS' ? 'Opus' : 'unknown';
}

/**
 * Main is the largest picture of the first lens. Sub is a smaller one of the same lens for small tiles: H.264 before
 * others, and of these the one nearest to 640 x 360.
 */
export function chooseProfiles(profiles: readonly Profile[]): { main: Profile; sub: Profile | null } | null {
  const known = profiles.filter((profile) => profile.video !== 'unknown');
  // Media1 of some cameras tells nothing of an H.265 main stream, but lists it first, with its lens.
  const untold = profiles[0]?.video === 'unknown' && profiles[0].source !== '' ? profiles[0] : null;
  const first = untold ?? known[0] ?? profiles[0];
  if (first === undefined) return null;
  const candidates = known.filter((profile) => profile.source === first.source);
  const main = untold ?? candidates.reduce((best, profile) => (isLarger(profile, best) ? profile : best), first);
  const smaller = candidates.filter((profile) => area(profile) > 0 && (untold !== null || area(profile) < area(main)));
  const shown = smaller.filter((profile) => profile.video === 'H.264');
  const sub = (shown.length > 0 ? shown : smaller).toSorted((one, other) => distance(one) - distance(other))[0];
  return { main, sub: sub ?? null };
}

function isLarger(profile: Profile, best: Profile): boolean {
  if (area(profile) !== area(best)) return area(profile) > area(best);
  return (profile.bitsPerSecond ?? 0) > (best.bitsPerSecond ?? 0);
}

function area(profile: Profile): number {
  return profile.widthPixels * profile.heightPixels;
}

function distance(profile: Profile): number {
  return Math.abs(Math.log(area(profile) / (640 * 360)));
}
