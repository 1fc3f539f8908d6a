/**
 * Reads a camera's session description (SDP, RFC 8866) as far as it says what the stream is: codecs, size, frame rate.
 * The size comes from H.264's parameter set where it is given, else from `a=framesize` or `a=x-dimensions`. Returns
 * null without a video track; never throws.
 */
import type { AudioCodec, StreamInfo, VideoCodec } from '../../contract/model.ts';
import { readSessionDescription, type DescribedTrack } from '../wire/sessionDescription.ts';
import { readPictureSize } from './pictureSize.ts';

/** What DESCRIBE says of a stream; its role is the caller's to know. */
export function readSdp(text: string): Omit<StreamInfo, 'role'> | null {
  const { tracks } = readSessionDescription(text);
  const video = tracks.find((track) => track.kind === 'video');
  if (video === undefined) return null;
  const audio = tracks.find((track) => track.kind === 'audio');
  const size = readSize(video);
  const bandwidth = numberAfter(video.lines, /^b=AS:(\d{1,7})\b/);
  const framesPerSecond = numberAfter(video.lines, /^a=(?:framerate|x-framerate):\s*(\d{1,3}(?:\.\d{1,6})?)/i);
  return {
    video: videoCodec(video.codec),
    widthPixels: size?.widthPixels ?? 0,
    heightPixels: size?.heightPixels ?? 0,
    framesPerSecond: framesPerSecond !== null && framesPerSecond > 0 && framesPerSecond <= 240 ? framesPerSecond : null,
    bitsPerSecond: bandwidth !== null && bandwidth > 0 ? bandwidth * 1000 : null,
    audio: audio === undefined ? null : audioCodec(audio.codec),
  };
}

function videoCodec(name: string): VideoCodec {
  switch (name.toUpperCase()) {
    case 'H264':
    case 'H264-SVC':
      return 'H.264';
    case 'H265':
    case 'HEVC':
      return 'H.265';
    case 'JPEG':
      return 'MJPEG';
    case 'MP4V-ES':
      return 'MPEG-4';
    default:
      return 'unknown';
  }
}

function audioCodec(name: string): AudioCodec {
  const upper = name.toUpperCase();
  if (upper === 'MPEG4-GENERIC' || upper === 'MP4A-LATM' || upper === 'AAC') return 'AAC';
  if (upper === 'PCMU' || upper === 'PCMA') return 'G.711';
  if (upper.startsWith('G726') || upper.startsWith('AAL2-G726') || upper === 'G721') return 'G.726';
  return upper === 'OPUS' ? 'Opus' : 'unknown';
}

function readSize(video: DescribedTrack): { widthPixels: number; heightPixels: number } | null {
  if (videoCodec(video.codec) === 'H.264') {
    const first = /^[A-Za-z0-9+/=]{4,2000}/.exec(video.format.get('sprop-parameter-sets') ?? '')?.[0];
    const size = first === undefined ? null : readPictureSize(Buffer.from(first, 'base64'));
    if (size !== null) return size;
  }
  for (const line of video.lines) {
    const match =
      /^a=framesize:\s*\d{1,3} (\d{1,5})-(\d{1,5})/i.exec(line) ??
      /^a=x-dimensions:\s*(\d{1,5}),\s*(\d{1,5})/i.exec(line);
    if (match) return { widthPixels: Number(match[1]), heightPixels: Number(match[2]) };
  }
  return null;
}

function numberAfter(lines: readonly string[], pattern: RegExp): number | null {
  for (const line of lines) {
    const text = pattern.exec(line)?.[1];
    if (text !== undefined) return Number(text);
  }
  return null;
}
