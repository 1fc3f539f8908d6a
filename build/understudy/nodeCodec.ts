/** Node's end of the codec (worlds/codec.ts): the same bytes, by Buffer, each in a buffer of its own. */
import { makeCodec } from './worlds/codec.ts';

export const nodeCodec = makeCodec({
  toBase64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  fromBase64: (text) => {
    const pooled = Buffer.from(text, 'base64');
    const bytes = new Uint8Array(pooled.byteLength);
    bytes.set(pooled);
    return bytes;
  },
  refuse: (message) => {
    throw new DOMException(message, 'DataCloneError');
  },
});
