/**
 * The way from decoded samples to the loudspeaker: a player in the audio thread, the volume, and a meter of what is heard.
 * Made for one sample rate, so that the system does the conversion. Never throws: where no sound comes out, `failed` is
 * told, once. `close` may be called twice.
 */
import type { SoundReport } from './soundMessages.ts';
import workletAddress from './soundWorklet.ts?worker&url';

/** A sound card that is there begins in a few dozen milliseconds. */
const beginsWithinMs = 4000;
/** Louder or quieter in so long: at once it would click. */
const turnSeconds = 0.02;
/** Quiet enough by then. */
const goneAfterMs = 5 * turnSeconds * 1000;
/** The meter's lower end. */
const quietestDecibels = -60;

export class SoundOutput {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #failed: () => void;
  #player: AudioWorkletNode | null = null;
  #report: SoundReport | null = null;
  #closed = false;

  /** `samples`: the pieces come on this port. */
  constructor(sampleRate: number, volume: number, samples: MessagePort, failed: () => void) {
    this.#failed = failed;
    this.#context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
    this.#gain = new GainNode(this.#context, { gain: volume });
    this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#gain.connect(this.#analyser).connect(this.#context.destination);
    this.#context.addEventListener('error', () => this.#fail());
    this.#begin(samples).catch(() => {
      samples.close(); // nothing where it has gone to the player
      this.#fail();
    });
  }

  setVolume(volume: number): void {
    this.#gain.gain.setTargetAtTime(volume, this.#context.currentTime, turnSeconds);
  }

  /** How long after its arrival a sound is heard; null before the first is. */
  get lateMs(): number | null {
    if (this.#report === null) return null;
    return this.#report.waitMs + 1000 * (this.#context.baseLatency + this.#context.outputLatency);
  }

  /** Times that it ran dry, or that something was left out. */
  get breaks(): number {
    return this.#report?.breaks ?? 0;
  }

  /** How loud what is heard is now, 0 to 1 on a scale of 60 dB. */
  get level(): number {
    if (this.#context.state !== 'running') return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const loudest = this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return Math.max(0, 1 - (20 * Math.log10(Math.max(loudest, 1e-6))) / quietestDecibels);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.setVolume(0);
    setTimeout(() => {
      this.#player?.port.postMessage('over');
      this.#player?.disconnect();
      this.#context.close().catch(() => undefined); // closed by the system already
    }, goneAfterMs);
  }

  async #begin(samples: MessagePort): Promise<void> {
    await this.#context.audioWorklet.addModule(workletAddress);
    if (this.#closed) {
      samples.close();
      return;
    }
    this.#player = new AudioWorkletNode(this.#context, 'nightjar-sound', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.#player.port.onmessage = ({ data }: MessageEvent<SoundReport>) => (this.#report = data);
    this.#player.port.postMessage(samples, [samples]);
    this.#player.connect(this.#gain);
    setTimeout(() => {
      // Without a device the context stays as it is, or its clock stands.
      if (this.#context.state !== 'running' || this.#context.currentTime === 0) this.#fail();
    }, beginsWithinMs);
    await this.#context.resume();
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#failed();
  }
}
