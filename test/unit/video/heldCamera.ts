/**
 * Stands between a viewer and a simulated camera: from a connection's PLAY on, what the camera sends waits in TCP until it
 * is let go, as it does while a cable is out.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class HeldCamera {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<Socket>();
  readonly #holding = Promise.withResolvers<null>();
  #holds = true;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(host: string, port: number): Promise<HeldCamera> {
    const server = createServer();
    const held = new HeldCamera(server);
    server.on('connection', (viewer) => held.#connect(viewer, connect(port, host)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return held;
  }

  get port(): number {
    // A server that listens on TCP has an address with a port.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when the first connection is held. */
  get holding(): Promise<unknown> {
    return this.#holding.promise;
  }

  /** What waits arrives, and nothing is held any more. */
  letGo(): void {
    this.#holds = false;
    for (const camera of this.#held) camera.resume();
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
      socket.on('data', (bytes: Buffer) => other.write(bytes));
    }
    viewer.prependListener('data', (bytes: Buffer) => {
      if (!this.#holds || !bytes.toString('latin1').startsWith('PLAY ')) return;
      camera.pause();
      this.#held.add(camera);
      this.#holding.resolve(null);
    });
  }
}
