/** What a camera says over RTSP, without the packets of its sound: for a connection of `CameraProxy`. */

export function withoutSound(): (bytes: Buffer) => Uint8Array[] {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    const pieces: Uint8Array[] = [];
    rest = Buffer.concat([rest, bytes]);
    for (let length = pieceBytes(rest); length > 0; length = pieceBytes(rest)) {
      const piece = rest.subarray(0, length);
      rest = rest.subarray(length);
      // Channels 0 and 1 are the picture's, 2 and 3 the sound's.
      if (piece[0] !== 0x24 || (piece[1] ?? 0) < 2) pieces.push(piece);
    }
    return pieces;
  };
}

/** Length of the packet or answer that begins the bytes; 0 as long as it is not whole. */
function pieceBytes(bytes: Buffer): number {
  if (bytes.length < 4) return 0;
  if (bytes[0] === 0x24) {
    const length = 4 + bytes.readUInt16BE(2);
    return bytes.length < length ? 0 : length;
  }
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return 0;
  const body = Number(/^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0);
  const length = end + 4 + body;
  return bytes.length < length ? 0 : length;
}
