/** H.265 in RTP: RFC 7798 without decoding order numbers (single NAL units, aggregation and fragmentation units). */
import { MediaError } from '../mediaError.ts';
import { takeAggregated, takeFragment, type NalFormat, type NalRole } from './nalReader.ts';
import { HevcSets } from './parameterSets.ts';

const aggregation = 48;
const fragmentation = 49;

export function hevcFormat(): NalFormat {
  return {
    sets: new HevcSets(),
    roleOf,
    unpack(payload, fragments, take) {
      if (payload.length < 3) return;
      const type = typeOf(payload);
      if (type < aggregation) take(payload);
      else if (type === aggregation) takeAggregated(payload, 2, take);
      else if (type !== fragmentation) throw new MediaError('RTP: H.265 in an order that is not spoken here');
      else {
        const [first = 0, second = 0, header = 0] = payload;
        const head = Uint8Array.of((first & 0x81) | ((header & 0x3f) << 1), second);
        takeFragment({ header, head, part: payload.subarray(3) }, fragments, take);
      }
    },
  };
}

function typeOf(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 1) & 0x3f;
}

/** H.265 table 7-1. Pictures of types 16 to 21 stand alone. */
function roleOf(nal: Uint8Array): NalRole {
  if (nal.length < 3) return 'none';
  const type = typeOf(nal);
  if (type < 32) return type >= 16 && type <= 21 ? 'keySlice' : 'slice';
  if (type <= 34) return 'set';
  return type === 39 || type === 40 ? 'beside' : 'none';
}
