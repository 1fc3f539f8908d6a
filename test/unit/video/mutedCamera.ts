/** Stands between a viewer and a simulated camera, and lets everything through but the packets of its sound. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export class MutedCamera {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(host: string, port: number): Promise<MutedCamera> {
    const server = createServer();
    const muted = new MutedCamera(server);
    server.on('connection', (viewer) => muted.#connect(viewer, connect(port, host)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return muted;
  }

  get port(): number {
    // A server that listens on TCP has an address with a port.
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(viewer: Socket, camera: Socket): void {
    for (const [socket, other] of [
      [viewer, camera],
      [camera, viewer],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => other.destroy());
    }
    viewer.pipe(camera);
    let rest = Buffer.alloc(0);
    camera.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let length = pieceBytes(rest); length > 0; length = pieceBytes(rest)) {
        const piece = rest.subarray(0, length);
        rest = rest.subarray(length);
        // Channels 0 and 1 are the picture's, 2 and 3 the sound's.
        if (piece[0] !== 0x24 || (piece[1] ?? 0) < 2) viewer.write(piece);
      }
    });
  }
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
