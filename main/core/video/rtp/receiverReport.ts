/**
 * A receiver's report (RFC 3550 §6.4.2) of nothing lost: some cameras end a session whose receiver never reports.
 */

/** Of ourselves: any number will do, there is one receiver in a session. */
const ownSource = 0x4e4a4152;

export function receiverReport(source: number, highestSequence: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x81c9);
  view.setUint16(2, 7);
  view.setUint32(4, ownSource);
  view.setUint32(8, source);
  view.setUint32(16, highestSequence);
  return bytes;
}
