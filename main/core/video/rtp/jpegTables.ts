/**
 * The tables that RTP leaves out of a JPEG picture (RFC 2435 §4.2, §4.3, appendix A and B): the quantization tables of
 * ITU-T T.81 annex K, scaled by quality, and the Huffman tables of the same annex, as bytes of a JPEG file's segments.
 */

/** T.81 tables K.1 and K.2, in zigzag order. */
const luma = [
  ...[16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51],
  ...[61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77],
  ...[113, 121, 112, 100, 120, 92, 101, 103, 99],
];
const chroma = [...[17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66], ...Array.from({ length: 50 }, () => 99)];

/** Both tables for a quality of 1 to 99, 64 bytes each (RFC 2435 §4.2). */
export function quantizationTables(quality: number): Uint8Array {
  const scale = quality < 50 ? 5000 / quality : 200 - quality * 2;
  const scaled = [...luma, ...chroma].map((value) =>
    Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))),
  );
  return Uint8Array.from(scaled);
}

/** One Huffman table: its class and number, how many codes of each length from 1 to 16, and the values. */
function huffman(classAndNumber: number, lengths: readonly number[], values: readonly number[]): number[] {
  const sizeBytes = 2 + 1 + 16 + values.length;
  return [0xff, 0xc4, sizeBytes >> 8, sizeBytes & 0xff, classAndNumber, ...lengths, ...values];
}

const twelve = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** Values of the alternating-current tables K.5 and K.6, two hexadecimal digits each. */
const lumaAc =
  '0102030004110512213141061351610722711432' +
  '8191a1082342b1c11552d1f02433627282090a16' +
  '1718191a25262728292a3435363738393a434445' +
  '464748494a535455565758595a63646566676869' +
  '6a737475767778797a838485868788898a929394' +
  '95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6' +
  'b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8' +
  'd9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa';
const chromaAc =
  '0001020311040521310612415107617113223281' +
  '08144291a1b1c109233352f0156272d10a162434' +
  'e125f11718191a262728292a35363738393a4344' +
  '45464748494a535455565758595a636465666768' +
  '696a737475767778797a82838485868788898a92' +
  '939495969798999aa2a3a4a5a6a7a8a9aab2b3b4' +
  'b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6' +
  'd7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa';

/** The four segments that define the Huffman tables K.3 to K.6. */
export const huffmanTables: Uint8Array = Uint8Array.from([
  ...huffman(0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], twelve),
  ...huffman(0x10, [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], [...Buffer.from(lumaAc, 'hex')]),
  ...huffman(0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], twelve),
  ...huffman(0x11, [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], [...Buffer.from(chromaAc, 'hex')]),
]);
