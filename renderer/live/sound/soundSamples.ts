/** What decoding sound takes, of live streams and of recordings alike. */
import type { AudioConfig } from '../../../main/contract/stream.ts';

/** A camera has one microphone: what it sends on two channels is the same twice, or nearly. */
export function mixedDown(sound: AudioData): Float32Array<ArrayBuffer> {
  const mixed = new Float32Array(sound.numberOfFrames);
  const channel = new Float32Array(sound.numberOfFrames);
  for (let planeIndex = 0; planeIndex < sound.numberOfChannels; planeIndex += 1) {
    sound.copyTo(channel, { planeIndex, format: 'f32-planar' });
    for (const [at, sample] of channel.entries()) mixed[at] = (mixed[at] ?? 0) + sample / sound.numberOfChannels;
  }
  return mixed;
}

export function audioDecoderConfig({ codec, sampleRate, channels, description }: AudioConfig): AudioDecoderConfig {
  return { codec, sampleRate, numberOfChannels: channels, ...(description.length > 0 && { description }) };
}

/** Whether this computer can decode it. */
export async function isAudioSupported(config: AudioConfig): Promise<boolean> {
  try {
    return (await AudioDecoder.isConfigSupported(audioDecoderConfig(config))).supported === true;
  } catch {
    return false; // the camera's configuration is malformed
  }
}
