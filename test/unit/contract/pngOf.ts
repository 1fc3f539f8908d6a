/** Small PNG files, sound or with something wrong about them. */
import { crc32, deflateSync } from 'node:zlib';

export interface Wrong {
  depth?: number;
  colour?: number;
  interlace?: number;
  pixels?: boolean;
  /** A chunk before the pixels. */
  extra?: [type: string, data: Buffer];
}

export function pngOf(width: number, height: number, channels: 3 | 4, wrong: Wrong = {}): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = wrong.depth ?? 8;
  head[9] = wrong.colour ?? (channels === 3 ? 2 : 6);
  head[12] = wrong.interlace ?? 0;
  const rows = deflateSync(Buffer.alloc(Math.min(height, 64) * (1 + Math.min(width, 64) * channels)));
  const parts = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...(wrong.extra ? [chunk(...wrong.extra)] : []),
    ...(wrong.pixels === false ? [] : [chunk('IDAT', rows)]),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Uint8Array.from(Buffer.concat(parts));
}

function chunk(type: string, data: Buffer): Buffer {
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.write(type, 4, 'latin1');
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(Buffer.concat([around.subarray(4), data])));
  return Buffer.concat([around, data, check]);
}
