/** H.264 in RTP: RFC 6184, packetization modes 0 and 1 (single NAL units, STAP-A, FU-A). */
import { MediaError } from '../mediaError.ts';
import { takeAggregated, takeFragment, type NalFormat, type NalRole } from './nalReader.ts';
import { AvcSets } from './parameterSets.ts';

const stapA = 24;
const fuA = 28;

export function avcFormat(): NalFormat {
  return {
    sets: new AvcSets(),
    roleOf,
    unpack(payload, fragments, take) {
      const [indicator, header] = payload;
      if (indicator === undefined) return;
      const type = indicator & 0x1f;
      if (type < stapA) take(payload);
      else if (type === stapA) takeAggregated(payload, 1, take);
      else if (type !== fuA) throw new MediaError('RTP: H.264 in an order that is not spoken here');
      else if (header === undefined) throw new MediaError('RTP: fragment cut off');
      else {
        const head = Uint8Array.of((indicator & 0xe0) | (header & 0x1f));
        takeFragment({ header, head, part: payload.subarray(2) }, fragments, take);
      }
    },
  };
}

/** H.264 table 7-1. */
function roleOf(nal: Uint8Array): NalRole {
  if (nal.length < 2) return 'none';
  const type = (nal[0] ?? 0) & 0x1f;
  if (type === 5) return 'keySlice';
  if (type === 7 || type === 8) return 'set';
  if (type === 6) return 'beside';
  return type >= 1 && type <= 4 ? 'slice' : 'none';
}
