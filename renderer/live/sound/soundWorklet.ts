/**
 * Plays what the sound worker decodes, in the audio thread: pieces come on a port, samples go out as the loudspeaker asks
 * for them. Runs until its node is disconnected for good.
 */
import { JitterBuffer } from './jitterBuffer.ts';
import type { SoundReport } from './soundMessages.ts';

/** What an AudioWorkletGlobalScope has; TypeScript's library for pages does not know it. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class SoundPlayer extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer(sampleRate);
  #over = false;
  #untold = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | 'over'>) => {
      if (data === 'over') this.#over = true;
      else data.onmessage = (piece: MessageEvent<Float32Array>) => this.#buffer.push(piece.data);
    };
  }

  process(_inputs: unknown, outputs: Float32Array[][]): boolean {
    const [first, ...others] = outputs[0] ?? [];
    if (first !== undefined) this.#buffer.pull(first);
    for (const other of others) if (first !== undefined) other.set(first);
    this.#tell(first?.length ?? 0);
    return !this.#over;
  }

  #tell(samples: number): void {
    this.#untold += samples;
    if (this.#untold < sampleRate / 2) return;
    this.#untold = 0;
    const { waitMs, dries, skips } = this.#buffer;
    if (waitMs === 0) return;
    this.port.postMessage({ waitMs, breaks: dries + skips } satisfies SoundReport);
  }
}

registerProcessor('nightjar-sound', SoundPlayer);
