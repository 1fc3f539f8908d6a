/**
 * Reads a track's sample entry (ISO 14496-12 §8.5.2) into the codec's name after RFC 6381 and the picture's size.
 * Knows what ffmpeg copies from cameras into MP4; any other entry is named by its four characters, in which case
 * nobody claims to play it. Throws MediaError when the entry is cut off.
 */
import { boxes, type Box, optional, requireBytes } from './boxes.ts';
import { aacFormat, avcCodec, hevcCodec, type PictureSize } from './codecs.ts';
import { MediaError } from './mediaError.ts';

export interface SampleEntry {
  codec: string;
  size: PictureSize;
  /** What a decoder is configured with: the avcC or hvcC record, the AudioSpecificConfig; empty for others. */
  description: Uint8Array;
  /** 0 for pictures. */
  sampleRate: number;
  channels: number;
}

const silent = { sampleRate: 0, channels: 0 };
const videoHeadBytes = 78;
const soundHeadBytes = 28;

export function readSampleEntry(view: DataView, entry: Box, kind: 'video' | 'audio'): SampleEntry {
  return kind === 'video' ? readVideoEntry(view, entry) : readSoundEntry(view, entry);
}

function readVideoEntry(view: DataView, entry: Box): SampleEntry {
  requireBytes(entry, videoHeadBytes);
  const size = {
    widthPixels: view.getUint16(entry.content + 24),
    heightPixels: view.getUint16(entry.content + 26),
  };
  const inside = boxes(view, entry.content + videoHeadBytes, entry.end);
  const avcC = optional(inside, 'avcC');
  const hvcC = optional(inside, 'hvcC');
  if ((entry.type === 'avc1' || entry.type === 'avc3') && avcC) {
    const description = content(view, avcC);
    return { codec: avcCodec(description).replace('avc1', entry.type), size, description, ...silent };
  }
  if ((entry.type === 'hvc1' || entry.type === 'hev1') && hvcC) {
    const description = content(view, hvcC);
    return { codec: hevcCodec(description).replace('hvc1', entry.type), size, description, ...silent };
  }
  return { codec: described(view, entry, inside).codec, size, description: new Uint8Array(0), ...silent };
}

function readSoundEntry(view: DataView, entry: Box): SampleEntry {
  requireBytes(entry, soundHeadBytes);
  const inside = boxes(view, entry.content + soundHeadBytes, entry.end);
  const size = { widthPixels: 0, heightPixels: 0 };
  const channels = view.getUint16(entry.content + 16);
  // 16.16; what is beyond 65535 Hz does not fit, and is in the descriptor.
  const sampleRate = view.getUint16(entry.content + 24);
  if (entry.type === 'Opus') return { codec: 'opus', size, description: new Uint8Array(0), sampleRate, channels };
  const { codec, specific } = described(view, entry, inside);
  if (!codec.startsWith('mp4a.40')) return { codec, size, description: specific, sampleRate, channels };
  const aac = specific.length > 0 ? aacFormat(specific) : { sampleRate, channels };
  return { codec, size, description: specific, sampleRate: aac.sampleRate, channels: aac.channels || channels };
}

/** 'mp4a.40.2', 'mp4v.6c': the object type of the elementary stream descriptor, and for AAC its kind. */
function described(view: DataView, entry: Box, inside: Box[]): { codec: string; specific: Uint8Array } {
  const esds = optional(inside, 'esds');
  if (esds === null) return { codec: entry.type.trim(), specific: new Uint8Array(0) };
  const { objectType, specific } = readDescriptor(content(view, esds));
  const name = `${entry.type}.${objectType.toString(16).padStart(2, '0')}`;
  return { codec: objectType === 0x40 && specific.length > 0 ? aacFormat(specific).codec : name, specific };
}

/** ISO 14496-1 §7.2.6: ES descriptor 3, in it decoder configuration 4, in it the codec's own bytes 5. */
function readDescriptor(esds: Uint8Array): { objectType: number; specific: Uint8Array } {
  const stream = descriptor(esds.subarray(4), 3);
  const flags = stream[2] ?? 0;
  let offset = 3;
  if ((flags & 0x80) !== 0) offset += 2;
  if ((flags & 0x40) !== 0) offset += 1 + (stream[offset] ?? 0);
  if ((flags & 0x20) !== 0) offset += 2;
  const decoder = descriptor(stream.subarray(offset), 4);
  const objectType = decoder[0];
  if (objectType === undefined) throw new MediaError('esds: cut off');
  const rest = decoder.subarray(13);
  return { objectType, specific: rest[0] === 5 ? descriptor(rest, 5) : rest.subarray(0, 0) };
}

/** The content of the descriptor that begins the bytes; its length comes in groups of seven bits, four at most. */
function descriptor(bytes: Uint8Array, tag: number): Uint8Array {
  if (bytes[0] !== tag) throw new MediaError('esds: descriptor missing');
  let lengthBytes = 0;
  let offset = 1;
  for (; offset < 5; offset++) {
    const byte = bytes[offset];
    if (byte === undefined) throw new MediaError('esds: cut off');
    lengthBytes = lengthBytes * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) break;
  }
  const start = offset + 1;
  if (start + lengthBytes > bytes.length) throw new MediaError('esds: descriptor does not fit');
  return bytes.subarray(start, start + lengthBytes);
}

function content(view: DataView, box: Box): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + box.content, box.end - box.content);
}
