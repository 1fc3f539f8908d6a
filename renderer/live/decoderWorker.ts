/**
 * One worker for the whole wall: takes ports, decodes their streams, and writes each picture to the tile it belongs to.
 * A tile that gets a new stream keeps the old one until the first new picture. Closes every picture that it does not
 * hand on. Four times a second it tells the window when each tile was last painted; a window that does not hear so
 * must take its pictures for stale.
 */
import type { FromWorker, Pulse, ToWorker } from './workerMessages.ts';
import { StreamDecoder } from './streamDecoder.ts';

const pulseMs = 250;

function tell(message: FromWorker): void {
  postMessage(message);
}

interface Source {
  stream: number;
  decoder: StreamDecoder;
}

class Tile {
  readonly #tile: number;
  readonly #frames: WritableStreamDefaultWriter<VideoFrame>;
  #shown: Source | null = null;
  #coming: Source | null = null;
  #pictureMs: number | null = null;
  #intervalMs = 0;
  #painted = 0;
  #size = '';

  constructor(tile: number, frames: WritableStream<VideoFrame>) {
    this.#tile = tile;
    this.#frames = frames.getWriter();
    this.#frames.closed.catch(() => undefined); // the window took the track away; nobody looks any more
  }

  open(stream: number, port: MessagePort): void {
    this.#coming?.decoder.close();
    const about = { tile: this.#tile, stream };
    const decoder = new StreamDecoder(port, {
      picture: (frame) => this.#paint(stream, frame),
      state: (state) => tell({ is: 'state', ...about, state }),
      config: (config, converted) => tell({ is: 'config', ...about, codec: config.codec, converted }),
      cannotShow: ({ widthPixels, heightPixels }) => tell({ is: 'cannotShow', ...about, widthPixels, heightPixels }),
      ended: () => tell({ is: 'ended', ...about }),
    });
    this.#coming = { stream, decoder };
  }

  drop(stream: number): void {
    if (this.#coming?.stream === stream) {
      this.#coming.decoder.close();
      this.#coming = null;
    } else if (this.#shown?.stream === stream) {
      this.#shown.decoder.close();
      this.#shown = null;
    }
  }

  close(): void {
    this.#coming?.decoder.close();
    this.#shown?.decoder.close();
    this.#coming = null;
    this.#shown = null;
    this.#frames.close().catch(() => undefined); // closed already, from the window's side
  }

  get pulse(): Pulse | null {
    if (this.#shown === null) return null;
    const { stream, decoder } = this.#shown;
    return {
      tile: this.#tile,
      stream,
      pictureMs: this.#pictureMs,
      intervalMs: this.#intervalMs,
      painted: this.#painted,
      dropped: decoder.dropped,
      receivedBytes: decoder.receivedBytes,
    };
  }

  #paint(stream: number, frame: VideoFrame): void {
    if (this.#coming?.stream === stream) {
      this.#shown?.decoder.close();
      this.#shown = this.#coming;
      this.#coming = null;
      this.#painted = 0;
      this.#intervalMs = 0;
      this.#size = '';
    } else if (this.#shown?.stream !== stream) {
      frame.close();
      return;
    }
    this.#sayShown(stream, frame);
    this.#measure();
    this.#frames.write(frame).catch(() => frame.close());
  }

  #measure(): void {
    const nowMs = Date.now();
    if (this.#pictureMs !== null && this.#painted > 0) {
      const gapMs = Math.min(5000, nowMs - this.#pictureMs);
      this.#intervalMs = this.#intervalMs === 0 ? gapMs : this.#intervalMs * 0.9 + gapMs * 0.1;
    }
    this.#pictureMs = nowMs;
    this.#painted += 1;
  }

  #sayShown(stream: number, frame: VideoFrame): void {
    const widthPixels = frame.displayWidth;
    const heightPixels = frame.displayHeight;
    const size = `${widthPixels}x${heightPixels}`;
    if (size === this.#size) return;
    this.#size = size;
    tell({ is: 'shown', tile: this.#tile, stream, widthPixels, heightPixels });
  }
}

const tiles = new Map<number, Tile>();

function receive(message: ToWorker): void {
  switch (message.is) {
    case 'tile':
      tiles.set(message.tile, new Tile(message.tile, message.frames));
      break;
    case 'stream': {
      const tile = tiles.get(message.tile);
      if (tile) tile.open(message.stream, message.port);
      else message.port.close();
      break;
    }
    case 'dropStream':
      tiles.get(message.tile)?.drop(message.stream);
      break;
    case 'dropTile':
      tiles.get(message.tile)?.close();
      tiles.delete(message.tile);
      break;
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => receive(data));

setInterval(() => {
  const pulses = [...tiles.values()].map((tile) => tile.pulse).filter((pulse) => pulse !== null);
  if (pulses.length > 0) tell({ is: 'pulses', pulses });
}, pulseMs);
