/**
 * The sound of what is played, from the worker to the loudspeaker. Off at first. Never throws: that none can be heard is
 * a state. `close` may be called twice.
 */
import { SoundOutput } from '../sound/soundOutput.ts';
import type { FromReplay, ToReplay } from './replayMessages.ts';

export type ReplaySoundState =
  | { is: 'off' }
  /** On; nothing has come yet, or nothing comes at this speed. */
  | { is: 'awaited' }
  | { is: 'heard' }
  | { is: 'none' }
  | { is: 'undecodable'; codec: string }
  /** No sound comes out of this computer. */
  | { is: 'noOutput' };

type About = Extract<FromReplay, { is: 'soundFormat' | 'soundNone' }>;

export class ReplaySound {
  readonly #tell: (message: ToReplay, transfer?: Transferable[]) => void;
  readonly #changed: (state: ReplaySoundState) => void;
  #output: SoundOutput | null = null;
  #volume: number;
  #on = false;

  constructor(
    volume: number,
    tell: (message: ToReplay, transfer?: Transferable[]) => void,
    changed: (state: ReplaySoundState) => void,
  ) {
    this.#volume = volume;
    this.#tell = tell;
    this.#changed = changed;
  }

  /** 0 to 1 on a scale of 60 dB, of what is heard. */
  get level(): number {
    return this.#output?.level ?? 0;
  }

  turn(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#tell({ is: 'hear', on });
    if (!on) this.#silence();
    this.#changed({ is: on ? 'awaited' : 'off' });
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    this.#output?.setVolume(volume);
  }

  receive(message: About): void {
    if (!this.#on) return;
    this.#silence();
    if (message.is === 'soundNone') {
      this.#changed(message.why === 'none' ? { is: 'none' } : { is: 'undecodable', codec: message.codec });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    try {
      this.#output = new SoundOutput(message.sampleRate, this.#volume, port2, () => this.#fail());
      this.#tell({ is: 'sound', port: port1 }, [port1]);
      this.#changed({ is: 'heard' });
    } catch {
      port1.close(); // a rate that no output takes, or no output at all
      this.#fail();
    }
  }

  close(): void {
    this.turn(false);
  }

  #fail(): void {
    this.#tell({ is: 'hear', on: false });
    this.#silence();
    this.#on = false;
    this.#changed({ is: 'noOutput' });
  }

  #silence(): void {
    this.#output?.close();
    this.#output = null;
  }
}
