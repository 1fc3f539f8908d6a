/**
 * The live sound of one camera, from its stream to the loudspeaker. Asks for a stream of sound alone, which comes over the
 * connection that shows the camera; one that ends by itself is asked for again. Never throws: what is wrong is a state,
 * and where no sound comes out of the computer nothing is fetched or decoded any more. `close` may be called twice.
 */
import type { CameraId, StreamRole } from '../../../main/contract/model.ts';
import type { IntakeKind } from '../../../main/contract/stream.ts';
import { openStream } from '../../home.ts';
import type { FromSoundWorker, SoundFormat, ToSoundWorker } from './soundMessages.ts';
import { SoundOutput } from './soundOutput.ts';

const openAgainMs = 2000;

export type SoundState =
  /** Nothing has come yet. */
  | { is: 'awaited' }
  | { is: 'heard'; format: SoundFormat }
  /** None comes, with pictures that come that way. */
  | { is: 'none'; intake: IntakeKind }
  | { is: 'undecodable'; codec: string }
  /** No sound comes out of this computer. The last state: the source has closed itself. */
  | { is: 'noOutput' };

export interface SoundMeasured {
  lateMs: number;
  breaks: number;
}

let worker: Worker | null = null;
let streams = 0;
/** The one that is heard; the worker has one stream at a time. */
let heard: SoundSource | null = null;

function tell(message: ToSoundWorker, transfer: Transferable[] = []): void {
  if (worker === null) {
    worker = new Worker(new URL('./soundWorker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromSoundWorker>) => heard?.receive(data));
  }
  worker.postMessage(message, transfer);
}

export class SoundSource {
  readonly #cameraId: CameraId;
  readonly #role: StreamRole;
  readonly #changed: (state: SoundState) => void;
  readonly #over = new AbortController();
  #stream = 0;
  #volume: number;
  #output: SoundOutput | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(cameraId: CameraId, role: StreamRole, volume: number, changed: (state: SoundState) => void) {
    heard?.close();
    // The worker's messages go to the one that is heard.
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- as said above
    heard = this;
    this.#cameraId = cameraId;
    this.#role = role;
    this.#volume = volume;
    this.#changed = changed;
    changed({ is: 'awaited' });
    void this.#open();
  }

  get level(): number {
    return this.#output?.level ?? 0;
  }

  /** How long after its arrival a sound is heard, and how often it broke off; null while none is heard. */
  get measured(): SoundMeasured | null {
    const lateMs = this.#output?.lateMs ?? null;
    return lateMs === null ? null : { lateMs, breaks: this.#output?.breaks ?? 0 };
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    this.#output?.setVolume(volume);
  }

  receive(message: FromSoundWorker): void {
    if (message.stream !== this.#stream) return;
    switch (message.is) {
      case 'format':
        this.#play(message.format);
        break;
      case 'none':
        this.#silence({ is: 'none', intake: message.intake });
        break;
      case 'undecodable':
        this.#silence({ is: 'undecodable', codec: message.codec });
        break;
      case 'ended':
        this.#askAgain();
        break;
    }
  }

  close(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    clearTimeout(this.#again);
    this.#output?.close();
    this.#output = null;
    tell({ is: 'drop' });
    if (heard === this) heard = null;
  }

  async #open(): Promise<void> {
    try {
      const request = { kind: 'live', cameraId: this.#cameraId, role: this.#role, converted: false } as const;
      const port = await openStream({ ...request, pictures: false }, this.#over.signal);
      streams += 1;
      this.#stream = streams;
      tell({ is: 'stream', stream: this.#stream, port }, [port]);
    } catch {
      if (!this.#over.signal.aborted) this.#askAgain();
    }
  }

  #askAgain(): void {
    this.#silence({ is: 'awaited' });
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#open(), openAgainMs);
  }

  #play(format: SoundFormat): void {
    this.#output?.close();
    const { port1, port2 } = new MessageChannel();
    tell({ is: 'out', stream: this.#stream, port: port1 }, [port1]);
    try {
      this.#output = new SoundOutput(format.sampleRate, this.#volume, port2, () => this.#giveUp());
      this.#changed({ is: 'heard', format });
    } catch {
      // A rate that no output takes, or no output at all.
      port2.close();
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.close();
    this.#changed({ is: 'noOutput' });
  }

  #silence(state: SoundState): void {
    this.#output?.close();
    this.#output = null;
    this.#changed(state);
  }
}
