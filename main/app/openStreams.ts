/**
 * The streams that the page has open: a tile's live one shows a camera, the timeline's plays its recordings. Each lives
 * as long as its port. What a port says is parsed before it comes here; a camera that is not on the list closes it.
 */
import type { PlaybackNotice } from '../contract/playback.ts';
import type { LiveNotice, PageMessage, StreamRequest } from '../contract/stream.ts';
import { Playback } from '../core/library/playback.ts';
import type { House } from './house.ts';
import { LiveStream } from './liveStream.ts';

/** One stream's port to the page, its messages checked. */
export interface StreamPort {
  request: StreamRequest;
  send(packet: Uint8Array<ArrayBuffer>): void;
  notice(notice: LiveNotice | PlaybackNotice): void;
  onMessage(listener: (message: PageMessage) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** What of an open vault is shown and played. */
type Shown = Pick<House, 'watching' | 'library' | 'vault'>;

export class OpenStreams {
  readonly #defect: (error: unknown) => void;
  readonly #ports = new Set<StreamPort>();
  readonly #playbacks = new Set<Playback>();

  constructor(defect: (error: unknown) => void) {
    this.#defect = defect;
  }

  open(house: Shown, port: StreamPort): void {
    this.#ports.add(port);
    port.onClose(() => this.#ports.delete(port));
    if (port.request.kind === 'live') this.#openLive(house, port, port.request);
    else this.#openPlayback(house, port, port.request.cameraId);
  }

  /** Resolves when no recording is held open any more. */
  async closeAll(): Promise<void> {
    for (const port of [...this.#ports]) port.close();
    await this.#playbacksEnd();
  }

  /** Those that play; what is live goes on. Resolves when no recording is held open any more. */
  async closePlaybacks(): Promise<void> {
    for (const port of [...this.#ports]) if (port.request.kind === 'playback') port.close();
    await this.#playbacksEnd();
  }

  async #playbacksEnd(): Promise<void> {
    await Promise.all([...this.#playbacks].map((playback) => playback.close()));
  }

  #openLive({ watching }: Shown, port: StreamPort, request: StreamRequest & { kind: 'live' }): void {
    const stream = new LiveStream(port, request.role, request.converted, request.pictures);
    port.onMessage((message) => stream.heard(message));
    const stop = watching.show(request.cameraId, request.role, request.converted, stream);
    if (stop) port.onClose(stop);
    else port.close();
  }

  #openPlayback({ library, vault }: Shown, port: StreamPort, cameraId: string): void {
    const playback = new Playback({
      library,
      vault,
      cameraId,
      send: (packet) => port.send(packet),
      notice: (notice) => port.notice(notice),
      defect: this.#defect,
    });
    port.onMessage((message) => {
      if (message.is === 'credit') playback.credit(message.messages);
      else if (message.is === 'ask') playback.ask(message);
      else if (message.is === 'forget') playback.forget();
    });
    this.#playbacks.add(playback);
    port.onClose(() => void playback.close().finally(() => this.#playbacks.delete(playback)));
  }
}
