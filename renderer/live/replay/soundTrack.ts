/**
 * The sound of the camera that has the focus, while it is played forward at a speed at which it can be understood. Hands
 * the player in the audio thread what is due by the clock; that one evens it out, and falls silent by itself. Faster and
 * slower the pitch goes with it. Never throws.
 */
import { audioDecoderConfig, isAudioSupported, mixedDown } from '../sound/soundSamples.ts';
import type { Reel } from './reel.ts';
import type { FromReplay } from './replayMessages.ts';

/** So much sooner than its moment: the player waits about so long before it begins. */
const aheadMs = 120;
const heardRates = new Set([0.5, 1, 2]);
/** What lies farther back than this was missed: a tick came late. */
const mostLateMs = 300;

/** A decoder that failed so often is not made again. */
const mostFailures = 2;

type SoundConfig = NonNullable<NonNullable<ReturnType<Reel['formatOf']>>['audio']>;

interface Way {
  /** Of one reel, one stream and one of its formats. */
  config: SoundConfig;
  decoder: AudioDecoder;
}

export class SoundTrack {
  readonly #tell: (message: FromReplay) => void;
  #port: MessagePort | null = null;
  #isWanted = false;
  #way: Way | null = null;
  #fedMs = -Infinity;
  /** What was told last. */
  #told = '';
  /** Of formats that failed; as often as they may where they cannot be decoded. Sound that is turned on again tries again. */
  #failures = new WeakMap<SoundConfig, number>();
  #asking = false;
  #rate = 1;

  constructor(tell: (message: FromReplay) => void) {
    this.#tell = tell;
  }

  /** Sound is wanted, until `off`; where it goes is asked for by 'soundFormat', and given by `to`. */
  on(): void {
    this.#isWanted = true;
    this.#failures = new WeakMap();
    this.#told = '';
  }

  to(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
  }

  off(): void {
    this.#isWanted = false;
    this.#stop();
    this.#port?.close();
    this.#port = null;
  }

  /** The playhead jumped: what was fed is of another time. */
  jumped(): void {
    this.#fedMs = -Infinity;
  }

  /** To be called with every tick. `rate`: 0 while it stands. */
  feed(reel: Reel | null, atMs: number, rate: number): void {
    if (!this.#isWanted || reel === null || !heardRates.has(rate)) {
      this.#fedMs = -Infinity;
      return;
    }
    if (Math.abs(this.#fedMs - atMs) > mostLateMs * 4) this.#fedMs = atMs;
    const fromMs = Math.max(this.#fedMs, atMs - mostLateMs);
    const toMs = atMs + aheadMs * rate;
    if (toMs <= fromMs) return;
    const due = reel.soundBetween(fromMs, toMs);
    for (const { format, timeMs, data } of due) {
      if (!this.#ready(reel, format, rate)) return;
      this.#decode(timeMs, data);
      this.#fedMs = timeMs + 0.01;
    }
    if (due.length === 0) this.#sayNone(reel, atMs);
  }

  #decode(timeMs: number, data: Uint8Array<ArrayBuffer>): void {
    try {
      this.#way?.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: Math.round(timeMs * 1000), data }));
    } catch {
      this.#failed();
    }
  }

  /** The decoder for it is there. */
  #ready(reel: Reel, format: number, rate: number): boolean {
    const config = reel.formatOf(format)?.audio ?? null;
    if (config === null) return false;
    if (this.#way?.config === config && this.#rate === rate) return true;
    if (this.#asking || (this.#failures.get(config) ?? 0) >= mostFailures) return false;
    this.#asking = true;
    void isAudioSupported(config).then((supported) => {
      this.#asking = false;
      if (!this.#isWanted) return;
      if (supported) {
        this.#stop();
        this.#rate = rate;
        this.#port?.close();
        this.#port = null;
        this.#way = { config, decoder: this.#make(audioDecoderConfig(config)) };
        this.#fedMs = -Infinity;
        this.#told = '';
        this.#tell({ is: 'soundFormat', codec: config.codec, sampleRate: config.sampleRate * rate });
      } else {
        this.#giveUp(config);
      }
    });
    return false;
  }

  #make(config: AudioDecoderConfig): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (sound) => {
        if (this.#way?.decoder === decoder) {
          const samples = mixedDown(sound);
          this.#port?.postMessage(samples, [samples.buffer]);
        }
        sound.close();
      },
      error: () => {
        if (this.#way?.decoder === decoder) this.#failed();
      },
    });
    decoder.configure(config);
    return decoder;
  }

  #failed(): void {
    const config = this.#way?.config;
    this.#stop();
    if (!config) return;
    const failures = (this.#failures.get(config) ?? 0) + 1;
    this.#failures.set(config, failures);
    if (failures >= mostFailures) this.#giveUp(config);
  }

  #giveUp(config: SoundConfig): void {
    this.#failures.set(config, mostFailures);
    this.#tell({ is: 'soundNone', why: 'undecodable', codec: config.codec });
  }

  #stop(): void {
    const decoder = this.#way?.decoder;
    this.#way = null;
    if (decoder && decoder.state !== 'closed') decoder.close();
  }

  /** Once for each camera that has none. */
  #sayNone(reel: Reel, atMs: number): void {
    const told = `none ${reel.number}`;
    if (this.#told === told || reel.hasSoundAt(atMs) !== false) return;
    this.#told = told;
    this.#tell({ is: 'soundNone', why: 'none', codec: '' });
  }
}
