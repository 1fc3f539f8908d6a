/**
 * Reads H.264 or H.265 out of RTP, as its format says. What belongs to a picture is handed on with it; parameter sets
 * become the configuration. After a loss nothing is handed on up to the next picture that stands alone, because what
 * builds on a lost picture is no honest picture.
 */
import type { VideoConfig } from '../../../contract/stream.ts';
import { MediaError } from '../mediaError.ts';
import { FragmentGather, PictureGather, withLengths, type Picture } from './nalUnits.ts';
import type { RtpPacket } from './rtpPacket.ts';
import { SequenceWatch, type TrackListener, type TrackReader } from './track.ts';

/** What a NAL unit is for. none: of no use to a decoder (delimiters, filling). beside: kept with its picture. */
export type NalRole = 'slice' | 'keySlice' | 'set' | 'beside' | 'none';

export interface NalFormat {
  readonly sets: { put(nal: Uint8Array): boolean; config(): VideoConfig | null };
  roleOf(nal: Uint8Array): NalRole;
  /** Hands on the NAL units that a packet holds; a fragmented one when its last fragment has come. */
  unpack(payload: Uint8Array, fragments: FragmentGather, take: (nal: Uint8Array) => void): void;
}

export class NalReader implements TrackReader {
  readonly #format: NalFormat;
  readonly #on: TrackListener<VideoConfig>;
  readonly #pictures = new PictureGather((picture) => this.#picture(picture));
  readonly #fragments = new FragmentGather();
  readonly #sequence = new SequenceWatch();
  /** True also as long as there was none: no picture goes out before it. */
  #configChanged = true;
  #awaitsKeyframe = true;

  /** `sets`: parameter sets of the stream's description. */
  constructor(format: NalFormat, sets: readonly Uint8Array[], on: TrackListener<VideoConfig>) {
    this.#format = format;
    this.#on = on;
    for (const set of sets) if (format.roleOf(set) === 'set') this.#nal(set);
  }

  push({ payload, timestamp, marker, sequence }: RtpPacket): void {
    const missing = this.#sequence.missing(sequence);
    if (missing > 0) this.#lost(missing);
    this.#pictures.begin(timestamp);
    this.#format.unpack(payload, this.#fragments, (nal) => this.#nal(nal));
    this.#pictures.end(marker);
  }

  #nal(nal: Uint8Array): void {
    const role = this.#format.roleOf(nal);
    if (role === 'set') this.#configChanged = this.#format.sets.put(nal) || this.#configChanged;
    else if (role !== 'none') this.#pictures.add(nal, role !== 'beside');
  }

  #picture({ timestamp, nals }: Picture): void {
    const keyframe = nals.some((nal) => this.#format.roleOf(nal) === 'keySlice');
    if (this.#awaitsKeyframe && !keyframe) return;
    if (this.#configChanged) {
      const config = this.#format.sets.config();
      if (!config) return;
      this.#configChanged = false;
      this.#on.config(config);
    }
    this.#awaitsKeyframe = false;
    this.#on.unit({ keyframe, timestamp, data: withLengths(nals) });
  }

  #lost(packets: number): void {
    this.#fragments.drop();
    this.#pictures.drop();
    this.#awaitsKeyframe = true;
    this.#on.lost?.(packets);
  }
}

/** The NAL units of an aggregation packet, each behind its length in 2 bytes. */
export function takeAggregated(payload: Uint8Array, start: number, take: (nal: Uint8Array) => void): void {
  for (let at = start; at < payload.length;) {
    const end = at + 2 + (payload[at] ?? 0) * 256 + (payload[at + 1] ?? 0);
    if (end <= at + 2 || end > payload.length) throw new MediaError('RTP: aggregated NAL unit cut off');
    take(payload.subarray(at + 2, end));
    at = end;
  }
}

/** One fragment: `header` says whether it is the first (0x80) and the last (0x40), `head` is the whole unit's own. */
export function takeFragment(
  fragment: { header: number; head: Uint8Array; part: Uint8Array },
  fragments: FragmentGather,
  take: (nal: Uint8Array) => void,
): void {
  if (fragment.header & 0x80) fragments.begin(fragment.head, fragment.part);
  else if (!fragments.more(fragment.part)) return;
  if (fragment.header & 0x40) take(fragments.end());
}
