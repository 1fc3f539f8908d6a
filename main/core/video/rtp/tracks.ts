/**
 * Chooses which of a described session's tracks are taken in, and makes a reader for each: H.264, H.265, JPEG, AAC,
 * G.711 and Opus, in the forms that cameras send. null for a track that is not spoken here; ffmpeg may speak it.
 */
import type { VideoCodec } from '../../../contract/model.ts';
import type { PictureSize } from '../../../contract/pictureSize.ts';
import type { AudioConfig, VideoConfig } from '../../../contract/stream.ts';
import type { DescribedTrack, SessionDescription } from '../../wire/sessionDescription.ts';
import { MediaError } from '../mediaError.ts';
import { avcFormat } from './avc.ts';
import { hevcFormat } from './hevc.ts';
import { JpegReader } from './jpeg.ts';
import { NalReader } from './nalReader.ts';
import { AacReader, PlainSoundReader } from './sound.ts';
import type { TrackListener, TrackReader } from './track.ts';

export interface ChosenTrack<Config extends VideoConfig | AudioConfig> {
  track: DescribedTrack;
  /** Throws MediaError when the description is hostile. */
  read(on: TrackListener<Config>): TrackReader;
}

/** Our own RTSP speaks them; what nobody knows yet is worth a try. */
export function isSpoken(video: VideoCodec): boolean {
  return video !== 'MPEG-4';
}

export function chooseVideo({ tracks }: SessionDescription): ChosenTrack<VideoConfig> | null {
  const track = tracks.find(({ kind }) => kind === 'video');
  if (!track || track.clockRate === 0) return null;
  const { codec, format } = track;
  if (codec.toUpperCase() === 'H264' && (format.get('packetization-mode') ?? '0') !== '2') {
    const sets = setsOf(format.get('sprop-parameter-sets'));
    return { track, read: (on) => new NalReader(avcFormat(), sets, on) };
  }
  const ordered = (format.get('sprop-max-don-diff') ?? '0') === '0';
  if (codec.toUpperCase() === 'H265' && ordered) {
    const sets = ['sprop-vps', 'sprop-sps', 'sprop-pps'].flatMap((name) => setsOf(format.get(name)));
    return { track, read: (on) => new NalReader(hevcFormat(), sets, on) };
  }
  if (codec.toUpperCase() === 'JPEG') return { track, read: (on) => new JpegReader(describedSize(track), on) };
  return null;
}

export function chooseSound({ tracks }: SessionDescription): ChosenTrack<AudioConfig> | null {
  const track = tracks.find(({ kind }) => kind === 'audio');
  if (!track || track.clockRate === 0) return null;
  const plain = (codec: string, channels: number): ChosenTrack<AudioConfig> => {
    const config = { codec, sampleRate: track.clockRate, channels, description: new Uint8Array(0) };
    return { track, read: (on) => new PlainSoundReader(config, on) };
  };
  switch (track.codec.toUpperCase()) {
    case 'PCMU':
      return plain('ulaw', track.channels);
    case 'PCMA':
      return plain('alaw', track.channels);
    case 'OPUS':
      // RFC 7587 §7: described with 2 channels whatever is sent.
      return plain('opus', 2);
    case 'MPEG4-GENERIC':
      return chooseAac(track);
    default:
      return null;
  }
}

function chooseAac(track: DescribedTrack): ChosenTrack<AudioConfig> | null {
  const number = (name: string): number => Number(/^\d{1,3}$/.exec(track.format.get(name) ?? '')?.[0] ?? 0);
  const config = /^(?:[0-9a-f]{2}){2,64}$/i.exec(track.format.get('config') ?? '')?.[0];
  if (config === undefined || number('sizelength') === 0) return null;
  const form = {
    sizeLength: number('sizelength'),
    indexLength: number('indexlength'),
    indexDeltaLength: number('indexdeltalength'),
    config: Uint8Array.from(Buffer.from(config, 'hex')),
  };
  return { track, read: (on) => new AacReader(form, on) };
}

/** 'a=x-dimensions:2560,1440': for what the packets cannot say. Whether that can be is the reader's to see. */
function describedSize({ lines }: DescribedTrack): PictureSize | null {
  const found = lines
    .map((line) => /^a=(?:x-dimensions:\s*|framesize:\d+ )(\d{2,5})[,-](\d{2,5})/i.exec(line))
    .find(Boolean);
  const [, width, height] = found ?? [];
  return width === undefined || height === undefined
    ? null
    : { widthPixels: Math.min(Number(width), 65_535), heightPixels: Math.min(Number(height), 65_535) };
}

/** Parameter sets, each in Base64, with commas between them. */
function setsOf(text: string | undefined): Uint8Array[] {
  if (text === undefined) return [];
  if (text.length > 8000) throw new MediaError('description: parameter sets too long');
  return text.split(',').map((one) => Uint8Array.from(Buffer.from(one.trim(), 'base64')));
}
