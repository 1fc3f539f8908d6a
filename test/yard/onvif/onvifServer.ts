/**
 * A camera's ONVIF port: SOAP over HTTP, and snapshots. Checks size, form and credentials of each request, then hands it
 * to the action of that name; what it cannot read or does not know is answered by a fault. Hostile requests cost one
 * connection at most. `close()` may be called twice; `open()` listens again on the same port.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CameraState } from '../cameraState.ts';
import { Gate } from '../digest.ts';
import type { Film } from '../film.ts';
import { closeServer, listen } from '../listen.ts';
import { TokenCheck } from '../wsSecurity.ts';
import { bytesAtMost } from '../xml.ts';
import { deviceService } from './device.ts';
import { eventService, subscriptionService, type Events } from './events.ts';
import { media2Service, mediaService } from './media.ts';
import { ptzService, type Head } from './ptz.ts';
import { paths, type Service } from './service.ts';
import { namespaces, readEnvelope, writeAnswer, type Answer, type Envelope } from './soap.ts';

/** What anyone may ask: ONVIF Core, access class PRE_AUTH. */
const withoutCredentials = new Set(['GetSystemDateAndTime', 'GetServices', 'GetCapabilities', 'GetHostname']);

interface Parts {
  state: CameraState;
  head: Head;
  events: Events;
  /** A JPEG of what the stream shows now. */
  snapshot: (film: Film, signal: AbortSignal) => Promise<Buffer>;
  films: Film[];
}

export class OnvifServer {
  private readonly parts: Parts;
  private readonly gate = new Gate({
    realm: 'Yard',
    algorithms: ['SHA-256', 'MD5'],
    qop: true,
    basic: false,
    nonceLifeMs: 300_000,
  });
  private readonly tokens: TokenCheck;
  private server: Server | null = null;
  private readonly ending = new Set<AbortController>();

  constructor(parts: Parts) {
    this.parts = parts;
    this.tokens = new TokenCheck(parts.state.plan.onvif?.tokenWindowMs ?? 0);
  }

  async open(): Promise<void> {
    if (this.server) return;
    const server = createServer((request, response) => void this.receive(request, response));
    server.requestTimeout = 10_000;
    this.server = server;
    const { state } = this.parts;
    state.onvifPort = await listen(server, state.host, state.onvifPort || state.plan.onvifPort);
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const controller of this.ending) controller.abort();
    server?.closeAllConnections();
    if (server) await closeServer(server);
  }

  /** Never rejects: whatever goes wrong ends this one connection. */
  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    this.ending.add(controller);
    response.on('close', () => controller.abort());
    request.on('error', () => controller.abort());
    response.on('error', () => controller.abort());
    try {
      const { state } = this.parts;
      const body = await readBody(request);
      await state.pace();
      if (state.silent) return;
      if (state.fault.garbage === 'onvif') response.end(randomBytes(500));
      else if (request.url?.startsWith(paths.snapshot)) await this.sendSnapshot(request, response, controller.signal);
      else if (body === null) response.writeHead(413).end();
      else await this.answer(request, response, body, controller.signal);
    } catch {
      response.destroy();
    } finally {
      this.ending.delete(controller);
    }
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    signal: AbortSignal,
  ): Promise<void> {
    const path = request.url ?? '';
    const known = [this.parts.state.plan.onvif?.path, paths.media, paths.media2, paths.ptz, paths.events].includes(
      path,
    );
    if (!known && !path.startsWith(paths.subscription)) {
      response.writeHead(404).end();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { Allow: 'POST' }).end();
      return;
    }
    const envelope = readEnvelope(body);
    if (!envelope) {
      send(response, { fault: 'wellFormed', reason: 'Not a SOAP 1.2 envelope' });
      return;
    }
    if (!withoutCredentials.has(envelope.request.name)) {
      const verdict = this.verdict(request, envelope);
      if (verdict !== 'welcome') {
        this.refuse(response, verdict === 'stale');
        return;
      }
    }
    const { fault } = this.parts.state;
    const moves = envelope.request.namespace === namespaces.tptz;
    if (moves && fault.ptzSilent === true) return;
    if (moves && fault.ptzRefuses !== undefined) {
      send(response, { fault: 'invalidArgument', reason: fault.ptzRefuses });
      return;
    }
    send(response, await this.act(envelope, path, signal));
  }

  private async act(envelope: Envelope, path: string, signal: AbortSignal): Promise<Answer> {
    const { state, head, events } = this.parts;
    const { request } = envelope;
    const service = this.serviceOf(request.namespace, path);
    // Only the table's own entries, never what it inherits.
    const action = service && Object.hasOwn(service, request.name) ? service[request.name] : undefined;
    if (!action) return { fault: 'actionNotSupported', reason: 'The requested action is not supported' };
    return await action({ state, head, events, request, path, signal });
  }

  private serviceOf(namespace: string, path: string): Service | null {
    const onvif = this.parts.state.plan.onvif;
    if (path.startsWith(paths.subscription)) return subscriptionService;
    switch (namespace) {
      case namespaces.tds:
        return deviceService;
      case namespaces.trt:
        return mediaService;
      case namespaces.tr2:
        return onvif?.media2 ? media2Service : null;
      case namespaces.tptz:
        return onvif?.ptz ? ptzService : null;
      case namespaces.tev:
        return onvif?.events ? eventService : null;
      default:
        return null;
    }
  }

  private verdict(request: IncomingMessage, envelope: Envelope): 'welcome' | 'stale' | 'refused' {
    const { state } = this.parts;
    const auth = state.plan.onvif?.auth ?? 'none';
    if (auth === 'none') return 'welcome';
    if (auth !== 'httpDigest') {
      const verdict = this.tokens.verdict(envelope.header, state.plan.user, state.password, state.nowMs());
      if (verdict === 'welcome') return 'welcome';
      if (auth === 'wsSecurity' || verdict === 'refused') return 'refused';
    }
    return this.digestVerdict(request);
  }

  private digestVerdict(request: IncomingMessage): 'welcome' | 'stale' | 'refused' {
    const { state } = this.parts;
    const { authorization } = request.headers;
    const ask = { method: request.method ?? '', uri: request.url ?? '', authorization };
    const verdict = this.gate.verdict(ask, state.plan.user, state.password);
    return verdict === 'stale' && authorization === undefined ? 'refused' : verdict;
  }

  private refuse(response: ServerResponse, stale: boolean): void {
    const auth = this.parts.state.plan.onvif?.auth;
    const answer: Answer = { fault: 'notAuthorized', reason: 'Sender not authorized' };
    if (auth === 'wsSecurity') send(response, answer);
    else send(response, answer, { status: 401, challenges: this.gate.challenges(stale) });
  }

  private async sendSnapshot(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const film = this.parts.films.find((one) => request.url === `${paths.snapshot}${one.role}.jpg`);
    const { onvif } = this.parts.state.plan;
    if (!film || !onvif?.snapshot) {
      response.writeHead(404).end();
      return;
    }
    if (onvif.auth !== 'none') {
      const verdict = this.digestVerdict(request);
      if (verdict !== 'welcome') {
        response.writeHead(401, { 'WWW-Authenticate': this.gate.challenges(verdict === 'stale') }).end();
        return;
      }
    }
    const picture = await this.parts.snapshot(film, signal);
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': picture.length }).end(picture);
  }
}

/** null when it is larger than a request may be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request) {
    // A request without an encoding yields Buffers.
    const bytes = part as Buffer;
    sizeBytes += bytes.length;
    if (sizeBytes <= bytesAtMost) parts.push(bytes);
    if (sizeBytes > 4 * bytesAtMost) throw new RangeError('a request without end');
  }
  return sizeBytes > bytesAtMost ? null : Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, answer: Answer, refusal?: { status: number; challenges: string[] }): void {
  const { status, text } = writeAnswer(answer);
  response.writeHead(refusal?.status ?? status, {
    'Content-Type': 'application/soap+xml; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...(refusal ? { 'WWW-Authenticate': refusal.challenges } : {}),
  });
  response.end(text);
}
