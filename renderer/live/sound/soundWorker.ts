/**
 * Decodes sound apart from the window and from the pictures, so that neither makes it stutter, and sends it straight to
 * the player's own thread. One stream at a time.
 */
import { SoundDecoder } from './soundDecoder.ts';
import type { FromSoundWorker, ToSoundWorker } from './soundMessages.ts';

let current: { stream: number; decoder: SoundDecoder; rate: number; out: MessagePort | null } | null = null;

function tell(message: FromSoundWorker): void {
  postMessage(message);
}

function drop(): void {
  current?.decoder.close();
  current?.out?.close();
  current = null;
}

function open(stream: number, port: MessagePort): void {
  drop();
  const decoder = new SoundDecoder(port, {
    sound(samples, sampleRate, codec) {
      if (current?.stream !== stream) return;
      if (current.rate !== sampleRate) {
        current.out?.close();
        current = { ...current, rate: sampleRate, out: null };
        tell({ is: 'format', stream, format: { codec, sampleRate } });
      }
      current.out?.postMessage(samples, [samples.buffer]);
    },
    none: (intake) => tell({ is: 'none', stream, intake }),
    undecodable: (codec) => tell({ is: 'undecodable', stream, codec }),
    ended: () => tell({ is: 'ended', stream }),
  });
  current = { stream, decoder, rate: 0, out: null };
}

addEventListener('message', ({ data }: MessageEvent<ToSoundWorker>) => {
  if (data.is === 'stream') open(data.stream, data.port);
  else if (data.is === 'drop') drop();
  else if (current?.stream === data.stream) {
    current.out?.close();
    current.out = data.port;
  } else data.port.close();
});
