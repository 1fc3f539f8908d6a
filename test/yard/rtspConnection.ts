/**
 * One viewer's RTSP connection (RFC 2326, interleaved TCP only): checks its credentials, describes a stream, and starts
 * and ends its one session. Whatever a viewer sends, it answers or closes; it never throws, and closing may be repeated.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CameraState } from './cameraState.ts';
import type { Gate } from './digest.ts';
import type { Film, Track } from './film.ts';
import { RtspReader, type RtspRequest } from './rtspRequest.ts';
import { Viewer } from './viewer.ts';

/** What the connection needs of its camera. */
export interface Stage {
  state: CameraState;
  gate: Gate;
  films: Film[];
  /** Frames since the camera was switched on. */
  livePosition(film: Film): number;
  /** False when there are as many viewers as the camera serves. */
  admits(connection: RtspConnection): boolean;
}

interface Session {
  id: string;
  film: Film;
  channels: Map<Track, number>;
  viewer: Viewer | null;
}

interface Reply {
  status: string;
  headers?: Record<string, string | string[]>;
  body?: string;
  /** Done once the answer is written. */
  then?: () => void;
}

const methods = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN';
const questionsAtMost = 64;

export class RtspConnection {
  private readonly socket: Socket;
  private readonly stage: Stage;
  private readonly reader = new RtspReader();
  private readonly questions: RtspRequest[] = [];
  private answering = false;
  private session: Session | null = null;
  private idle: NodeJS.Timeout | null = null;

  constructor(socket: Socket, stage: Stage) {
    this.socket = socket;
    this.stage = stage;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
    this.heard();
  }

  get watching(): boolean {
    return this.session?.viewer != null;
  }

  close(): void {
    this.endSession();
    if (this.idle) clearTimeout(this.idle);
    this.idle = null;
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    if (this.stage.state.silent) return;
    this.heard();
    for (const received of this.reader.push(bytes)) {
      if (received.is === 'nonsense') {
        this.socket.end('RTSP/1.0 400 Bad Request\r\n\r\n');
        return;
      }
      if (received.is === 'packet') continue;
      if (this.questions.length >= questionsAtMost) {
        this.close();
        return;
      }
      this.questions.push(received.request);
    }
    if (!this.answering) void this.answerAll();
  }

  /** Never rejects. */
  private async answerAll(): Promise<void> {
    this.answering = true;
    for (let request = this.questions.shift(); request; request = this.questions.shift()) {
      await this.stage.state.pace();
      if (this.socket.destroyed || this.stage.state.silent) break;
      if (this.stage.state.fault.garbage === 'rtsp') this.socket.write(randomBytes(200));
      else this.write(request, this.answer(request));
    }
    this.answering = false;
  }

  private write(request: RtspRequest, reply: Reply): void {
    const lines = [`RTSP/1.0 ${reply.status}`, `CSeq: ${request.headers.get('cseq') ?? '0'}`, 'Server: Yard/5.40'];
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
    }
    const body = reply.body ?? '';
    if (body) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    reply.then?.();
  }

  private answer(request: RtspRequest): Reply {
    if (request.method === 'OPTIONS') return { status: '200 OK', headers: { Public: methods } };
    const { state, gate } = this.stage;
    const { auth, asksFrom } = state.plan.rtsp;
    if (auth !== 'none' && !(asksFrom === 'SETUP' && request.method === 'DESCRIBE')) {
      const authorization = request.headers.get('authorization');
      const ask = { method: request.method, uri: request.uri, authorization };
      const verdict = gate.verdict(ask, state.plan.user, state.password);
      if (verdict !== 'welcome') {
        state.refusals += 1;
        const challenges = gate.challenges(verdict === 'stale' && authorization !== undefined);
        return { status: '401 Unauthorized', headers: { 'WWW-Authenticate': challenges } };
      }
    }
    const place = this.placeOf(request.uri);
    if (!place) return { status: '404 Stream Not Found' };
    switch (request.method) {
      case 'DESCRIBE':
        return this.describe(request, place.film);
      case 'SETUP':
        return this.setUp(request, place.film, place.track);
      default:
        return this.control(request);
    }
  }

  private control(request: RtspRequest): Reply {
    const { session } = this;
    const given = (request.headers.get('session') ?? '').split(';')[0]?.trim();
    const keepAlive = request.method === 'GET_PARAMETER' || request.method === 'SET_PARAMETER';
    if (keepAlive && !given) return { status: '200 OK' };
    if (!session || given !== session.id) return { status: '454 Session Not Found' };
    const headers = { Session: this.sessionHeader(session) };
    switch (request.method) {
      case 'PLAY':
        return this.play(request, session);
      case 'PAUSE':
        session.viewer?.close();
        session.viewer = null;
        return { status: '200 OK', headers };
      case 'TEARDOWN':
        this.endSession();
        return { status: '200 OK', headers };
      default:
        return keepAlive ? { status: '200 OK', headers } : { status: '501 Not Implemented' };
    }
  }

  private describe(request: RtspRequest, film: Film): Reply {
    const { plan, host } = this.stage.state;
    const tracks = film.tracks.flatMap((track, index) => [...track.description, `a=control:trackID=${index + 1}`]);
    const lines = [
      'v=0',
      `o=- ${plan.serial} 1 IN IP4 ${host}`,
      `s=${plan.name}`,
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'a=control:*',
      'a=range:npt=now-',
      ...tracks,
    ];
    const headers = { 'Content-Type': 'application/sdp', 'Content-Base': `${request.uri.replace(/\/$/, '')}/` };
    return { status: '200 OK', headers, body: `${lines.join('\r\n')}\r\n` };
  }

  private setUp(request: RtspRequest, film: Film, track: Track | null): Reply {
    const transport = (request.headers.get('transport') ?? '')
      .split(',')
      .find((one) => /^\s*RTP\/AVP\/TCP\b/i.test(one));
    if (!transport) return { status: '461 Unsupported Transport' };
    const chosen = track ?? (film.tracks.length === 1 ? film.tracks[0] : undefined);
    if (!chosen) return { status: '459 Aggregate Operation Not Allowed' };
    if (this.session && this.session.film !== film) return { status: '459 Aggregate Operation Not Allowed' };
    if (this.session?.viewer) return { status: '455 Method Not Valid In This State' };
    if (!this.stage.admits(this)) return { status: '453 Not Enough Bandwidth' };
    this.session ??= { id: randomBytes(8).toString('hex'), film, channels: new Map(), viewer: null };
    const asked = Number(/interleaved=(\d{1,3})/i.exec(transport)?.[1] ?? this.session.channels.size * 2);
    if (asked > 254 || [...this.session.channels.values()].includes(asked)) return { status: '400 Bad Request' };
    this.session.channels.set(chosen, asked);
    const headers = {
      Session: this.sessionHeader(this.session),
      Transport: `RTP/AVP/TCP;unicast;interleaved=${asked}-${asked + 1}`,
    };
    return { status: '200 OK', headers };
  }

  private play(request: RtspRequest, session: Session): Reply {
    const headers = { Session: this.sessionHeader(session), Range: 'npt=now-' };
    if (session.viewer) return { status: '200 OK', headers };
    const { state } = this.stage;
    const position = this.stage.livePosition(session.film);
    const agent = request.headers.get('user-agent') ?? '';
    const viewer = new Viewer(this.socket, session.film, state, session.channels, position, agent);
    session.viewer = viewer;
    const base = request.uri.replace(/\/$/, '');
    const info = viewer.rtpInfo.map(({ track, sequence, time }) => {
      const url = `${base}/trackID=${session.film.tracks.indexOf(track) + 1}`;
      return `url=${url};seq=${sequence};rtptime=${time}`;
    });
    return { status: '200 OK', headers: { ...headers, 'RTP-Info': info.join(',') }, then: () => viewer.start() };
  }

  private endSession(): void {
    this.session?.viewer?.close();
    this.session = null;
  }

  private sessionHeader(session: Session): string {
    return `${session.id};timeout=${this.stage.state.plan.rtsp.sessionTimeoutS}`;
  }

  /** The stream that an address names, and its track where it names one. */
  private placeOf(uri: string): { film: Film; track: Track | null } | null {
    const match = /^rtsps?:\/\/[^/?#]*(\/.*?)?(?:\/trackID=(\d))?\/?$/i.exec(uri);
    const film = this.stage.films.find((one) => one.plan.path === (match?.[1] ?? '/'));
    if (!film) return null;
    if (match?.[2] === undefined) return { film, track: null };
    const track = film.tracks[Number(match[2]) - 1];
    return track ? { film, track } : null;
  }

  /** The viewer is there: its session lives on. */
  private heard(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = setTimeout(() => this.close(), this.stage.state.plan.rtsp.sessionTimeoutS * 1000).unref();
  }
}
