/**
 * A piece of network between a viewer and one camera, on loopback. It can hold everything back: connections stay open,
 * bytes wait, and all of them come when it lets go. It can also let through less than the camera says.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface CameraProxyOptions {
  /** Hears what a viewer sends, which the camera then has, too. */
  asked?: (bytes: Buffer) => void;
  /** Made for each connection: what goes on to the viewer of what the camera sends. Left out: all of it. */
  passing?: () => (bytes: Buffer) => Uint8Array[];
}

export class CameraProxy {
  readonly #server: Server;
  readonly #options: CameraProxyOptions;
  readonly #sockets = new Set<Socket>();
  #held = false;

  private constructor(server: Server, options: CameraProxyOptions) {
    this.#server = server;
    this.#options = options;
  }

  static async start(host: string, port: number, options: CameraProxyOptions = {}): Promise<CameraProxy> {
    const server = createServer();
    const proxy = new CameraProxy(server, options);
    server.on('connection', (viewer) => proxy.#join(viewer, connect(port, host)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    // Safe: it listens on an IP address.
    return (this.#server.address() as AddressInfo).port;
  }

  hold(held: boolean): void {
    this.#held = held;
    for (const socket of this.#sockets) {
      if (held) socket.pause();
      else socket.resume();
    }
  }

  /** Ends every connection. May be called twice. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(viewer: Socket, camera: Socket): void {
    const { asked, passing } = this.#options;
    const passed = passing?.() ?? ((bytes: Buffer) => [bytes]);
    viewer.on('data', (bytes: Buffer) => {
      camera.write(bytes);
      asked?.(bytes);
    });
    camera.on('data', (bytes: Buffer) => {
      for (const piece of passed(bytes)) viewer.write(piece);
    });
    for (const [socket, other] of [
      [viewer, camera],
      [camera, viewer],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      if (this.#held) socket.pause();
    }
  }
}
