/**
 * Decodes the sound of one live stream. Emits samples in order, mixed down to one channel; what cannot be decoded is left
 * out, and what this computer cannot decode at all is reported once. Never throws. Leaves playing to others.
 */
import { decodePacket, type AudioConfig, type IntakeKind, type LiveNotice } from '../../../main/contract/stream.ts';
import { audioDecoderConfig, isAudioSupported, mixedDown } from './soundSamples.ts';

/** Messages granted at the start; main keeps back some of them for pictures, which this stream has none of. */
const creditMessages = 200;
const portionMessages = 20;
/**
 * The connection that is recorded has no sound for the screen, and is shown until our own is there: only what is still
 * without sound after this has none.
 */
const noneAfterMs = 3000;
/** So many errors without sound between them: this computer cannot decode it. */
const mostErrors = 3;

export interface SoundListener {
  sound(samples: Float32Array<ArrayBuffer>, sampleRate: number, codec: string): void;
  /** `intake`: how the pictures of the stream come. */
  none(intake: IntakeKind): void;
  undecodable(codec: string): void;
  ended(): void;
}

export class SoundDecoder {
  readonly #port: MessagePort;
  readonly #on: SoundListener;
  #config: AudioConfig | null = null;
  #decoder: AudioDecoder | null = null;
  #errors = 0;
  #owed = 0;
  #closed = false;
  #intake: IntakeKind = 'rtsp';
  #none: ReturnType<typeof setTimeout> | undefined;

  constructor(port: MessagePort, on: SoundListener) {
    this.#port = port;
    this.#on = on;
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    port.addEventListener('close', () => {
      if (!this.#closed) on.ended();
    });
    port.postMessage({ is: 'sound', on: true });
    this.#grant(creditMessages);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#none);
    this.#port.onmessage = null;
    this.#port.close();
    this.#stopDecoder();
  }

  #grant(messages: number): void {
    this.#port.postMessage({ is: 'credit', messages });
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    if (data instanceof Uint8Array) {
      this.#receiveBytes(data as Uint8Array<ArrayBuffer>); // what a port cloned lies in a buffer of its own
      return;
    }
    // The main process is trusted to keep to the contract; the page has nothing to protect from it.
    const notice = data as LiveNotice;
    if (notice.is === 'video') this.#intake = notice.intake;
    else if (notice.is === 'audio') void this.#configure(notice.config);
  }

  #receiveBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#owed += 1;
    if (this.#owed >= portionMessages) {
      this.#grant(this.#owed);
      this.#owed = 0;
    }
    const packet = decodePacket(bytes);
    if (packet?.kind !== 'audio' || this.#decoder === null) return;
    const { timeMs, data } = packet;
    try {
      this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: Math.round(timeMs * 1000), data }));
    } catch {
      this.#fail(this.#decoder);
    }
  }

  /** The same configuration again is no change: other viewers may have caused it. */
  async #configure(config: AudioConfig | null): Promise<void> {
    if (config !== null && this.#config !== null && isSame(config, this.#config)) return;
    this.#config = config;
    this.#stopDecoder();
    this.#errors = 0;
    clearTimeout(this.#none);
    if (config === null) {
      this.#none = setTimeout(() => this.#on.none(this.#intake), noneAfterMs);
      return;
    }
    const supported = await isAudioSupported(config);
    if (this.#closed || this.#config !== config) return;
    if (supported) this.#startDecoder(config);
    else this.#on.undecodable(config.codec);
  }

  #startDecoder(config: AudioConfig): void {
    this.#stopDecoder();
    const decoder = new AudioDecoder({
      output: (sound) => this.#emit(sound, decoder, config.codec),
      error: () => this.#fail(decoder),
    });
    decoder.configure(audioDecoderConfig(config));
    this.#decoder = decoder;
  }

  #stopDecoder(): void {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder !== null && decoder.state !== 'closed') decoder.close();
  }

  #fail(decoder: AudioDecoder): void {
    if (this.#closed || decoder !== this.#decoder || this.#config === null) return;
    this.#errors += 1;
    if (this.#errors < mostErrors) {
      this.#startDecoder(this.#config);
      return;
    }
    this.#stopDecoder();
    this.#on.undecodable(this.#config.codec);
  }

  #emit(sound: AudioData, decoder: AudioDecoder, codec: string): void {
    if (!this.#closed && decoder === this.#decoder) {
      this.#errors = 0;
      this.#on.sound(mixedDown(sound), sound.sampleRate, codec);
    }
    sound.close();
  }
}

function isSame(one: AudioConfig, other: AudioConfig): boolean {
  return (
    one.codec === other.codec &&
    one.sampleRate === other.sampleRate &&
    one.channels === other.channels &&
    one.description.length === other.description.length &&
    one.description.every((byte, at) => byte === other.description[at])
  );
}
