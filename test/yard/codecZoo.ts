/**
 * Every kind of stream that cameras send, as GStreamer's server makes it: the breeds that the app must show, record and
 * export, or explain. `elements` are GStreamer's, from a source up to the payloader `pay0` or `pay1`.
 */
import type { AudioCodec, VideoCodec } from '../../main/contract/model.ts';

export interface Breed {
  name: string;
  video: VideoCodec;
  audio: AudioCodec | null;
  pictures: string;
  sound: string | null;
}

export const zooFramesPerSecond = 25;
const source = `videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=${zooFramesPerSecond}/1`;
const tone = 'audiotestsrc is-live=true samplesperbuffer=160 volume=0.2';

function h264(profile: string, options: string): string {
  const encoder = `x264enc speed-preset=ultrafast bitrate=300 ${options} ! video/x-h264,profile=${profile}`;
  return `${source} ! ${encoder} ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1`;
}

function sound(rate: number, rest: string): string {
  return `${tone} ! audio/x-raw,rate=${rate},channels=1 ! ${rest}`;
}

const oneSecond = 'tune=zerolatency key-int-max=25';
const jpeg = 'jpegenc quality=60 ! rtpjpegpay name=pay0 pt=26';

export const breeds: Breed[] = [
  {
    ...{ name: 'H.264 baseline, no sound', video: 'H.264', audio: null },
    ...{ pictures: h264('constrained-baseline', oneSecond), sound: null },
  },
  {
    ...{ name: 'H.264 main, AAC', video: 'H.264', audio: 'AAC', pictures: h264('main', `${oneSecond} cabac=true`) },
    sound: sound(16_000, 'voaacenc bitrate=32000 ! aacparse ! rtpmp4gpay name=pay1 pt=97'),
  },
  {
    ...{
      name: 'H.264 high, G.711 µ-law',
      video: 'H.264',
      audio: 'G.711',
      pictures: h264('high', `${oneSecond} dct8x8=true`),
    },
    sound: sound(8000, 'mulawenc ! rtppcmupay name=pay1 pt=0'),
  },
  {
    ...{ name: 'H.264 with B-frames, G.711 A-law', video: 'H.264', audio: 'G.711' },
    pictures: h264('main', 'bframes=2 b-adapt=false rc-lookahead=5 key-int-max=25'),
    sound: sound(8000, 'alawenc ! rtppcmapay name=pay1 pt=8'),
  },
  {
    ...{ name: 'H.264, a keyframe every 10 s, Opus', video: 'H.264', audio: 'Opus' },
    pictures: h264('main', 'tune=zerolatency key-int-max=250'),
    sound: sound(48_000, 'opusenc ! rtpopuspay name=pay1 pt=98'),
  },
  {
    ...{ name: 'H.265, AAC', video: 'H.265', audio: 'AAC' },
    pictures: `${source} ! x265enc speed-preset=ultrafast tune=zerolatency key-int-max=25 bitrate=300 ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1`,
    sound: sound(16_000, 'voaacenc bitrate=32000 ! aacparse ! rtpmp4gpay name=pay1 pt=97'),
  },
  {
    ...{ name: 'MJPEG, G.711 µ-law', video: 'MJPEG', audio: 'G.711', pictures: `${source} ! ${jpeg}` },
    sound: sound(8000, 'mulawenc ! rtppcmupay name=pay1 pt=0'),
  },
  {
    ...{ name: 'MJPEG 4:2:2, Opus', video: 'MJPEG', audio: 'Opus' },
    pictures: `${source.replace('I420', 'Y42B')} ! ${jpeg}`,
    sound: sound(48_000, 'opusenc ! rtpopuspay name=pay1 pt=98'),
  },
];
