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

interface Way {
  reel: Reel;
  format: number;
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
  /** Formats that cannot be decoded, by reel and number. */
  readonly #cannot = new Set<string>();
  #asking = false;
  #rate = 1;

  constructor(tell: (message: FromReplay) => void) {
    this.#tell = tell;
  }

  /** Sound is wanted, until `off`; where it goes is asked for by 'soundFormat', and given by `to`. */
  on(): void {
    this.#isWanted = true;
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
      this.#stop();
    }
  }

  /** The decoder for it is there. */
  #ready(reel: Reel, format: number, rate: number): boolean {
    if (this.#way?.reel === reel && this.#way.format === format && this.#rate === rate) return true;
    const config = reel.formatOf(format)?.audio ?? null;
    const key = `${reel.number} ${format}`;
    if (config === null || this.#asking || this.#cannot.has(key)) return false;
    this.#asking = true;
    void isAudioSupported(config).then((supported) => {
      this.#asking = false;
      if (!this.#isWanted) return;
      if (supported) {
        this.#stop();
        this.#rate = rate;
        this.#port?.close();
        this.#port = null;
        this.#way = { reel, format, decoder: this.#make(audioDecoderConfig(config)) };
        this.#fedMs = -Infinity;
        this.#told = '';
        this.#tell({ is: 'soundFormat', codec: config.codec, sampleRate: config.sampleRate * rate });
      } else {
        this.#cannot.add(key);
        this.#tell({ is: 'soundNone', why: 'undecodable', codec: config.codec });
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
        if (this.#way?.decoder === decoder) this.#way = null;
      },
    });
    decoder.configure(config);
    return decoder;
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
