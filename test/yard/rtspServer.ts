/**
 * A camera's RTSP port. Holds the connections, keeps the port number over closing and opening, and says where in its
 * loop each stream is. `close()` ends every connection and may be called twice; `open()` listens again.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { CameraState } from './cameraState.ts';
import { Gate, type Algorithm } from './digest.ts';
import type { Film } from './film.ts';
import { closeServer, listen } from './listen.ts';
import { RtspConnection, type Stage } from './rtspConnection.ts';

const algorithms: Record<CameraState['plan']['rtsp']['auth'], Algorithm[]> = {
  md5: ['MD5'],
  sha256: ['SHA-256'],
  md5AndSha256: ['SHA-256', 'MD5'],
  basic: [],
  none: [],
};

const askedAtMost = 1000;

export class RtspServer {
  private readonly state: CameraState;
  private readonly stage: Stage;
  private readonly connections = new Set<RtspConnection>();
  private server: Server | null = null;
  private bornMs = performance.now();

  constructor(state: CameraState, films: Film[]) {
    this.state = state;
    const { rtsp } = state.plan;
    this.stage = {
      state,
      films,
      gate: new Gate({
        realm: 'Yard',
        algorithms: algorithms[rtsp.auth],
        qop: rtsp.qop,
        basic: rtsp.auth === 'basic',
        nonceLifeMs: 600_000,
      }),
      livePosition: (film) => this.livePosition(film),
      admits: (asking) => this.admits(asking),
    };
  }

  /** Connections that receive a stream now. */
  get viewers(): number {
    return [...this.connections].filter((connection) => connection.watching).length;
  }

  livePosition(film: Film): number {
    return Math.floor(((performance.now() - this.bornMs) / 1000) * film.plan.framesPerSecond);
  }

  async open(): Promise<void> {
    if (this.server) return;
    this.bornMs = performance.now();
    const server = createServer((socket) => this.connected(socket));
    this.server = server;
    this.state.rtspPort = await listen(server, this.state.host, this.state.rtspPort || this.state.plan.rtspPort);
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.hangUp();
    if (server) await closeServer(server);
  }

  /** Ends every connection; the port stays open. */
  hangUp(): void {
    for (const connection of this.connections) connection.close();
    this.connections.clear();
  }

  private admits(asking: RtspConnection): boolean {
    const { viewersAtMost, whenFull } = this.state.plan.rtsp;
    // A Set keeps their order: the oldest comes first.
    const others = [...this.connections].filter((one) => one !== asking && one.watching);
    if (others.length < viewersAtMost) return true;
    if (whenFull === 'refuses') return false;
    for (const one of others.slice(0, others.length + 1 - viewersAtMost)) one.close();
    return true;
  }

  private connected(socket: Socket): void {
    this.state.asked.push(Date.now());
    if (this.state.asked.length > askedAtMost) this.state.asked.shift();
    const connection = new RtspConnection(socket, this.stage);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
  }
}
