/**
 * Live sound: off at first, of one camera at a time, and off again when no view shows that camera any more. The volume is
 * a setting; that it is on is not, so that no start of the program makes a noise. A hidden window goes on playing, as
 * who listens to a sleeping child expects; the lock ends it with the page.
 */
import type { Camera, CameraId, StreamRole } from '../../main/contract/model.ts';
import { SoundSource, type SoundMeasured, type SoundState } from '../live/sound/soundSource.ts';
import { announcer } from './announcer.svelte.ts';
import { known } from './known.svelte.ts';
import { text } from './text.ts';
import { streamOf } from './tileState.ts';

const lookEveryMs = 100;
/** Going from the wall to one camera, the one view is gone before the other is there. */
const unseenForMs = 500;
const keepAfterMs = 500;

class Sound {
  /** The camera that is heard, or that could not be made heard; null while the sound is off. */
  cameraId = $state<CameraId | null>(null);
  state = $state.raw<SoundState>({ is: 'awaited' });
  /** 0 to 1 on a scale of 60 dB, of what is heard. */
  level = $state(0);
  measured = $state.raw<SoundMeasured | null>(null);
  #source: SoundSource | null = null;
  #look: ReturnType<typeof setInterval> | undefined;
  #keep: ReturnType<typeof setTimeout> | undefined;
  // How many views show each camera; nothing on screen reads it.
  readonly #views = new Map<CameraId, number>();

  /** 0 to 1. */
  get volume(): number {
    return known.settings.soundVolume;
  }

  /** Not where no sound comes out of this computer: then the next press tries again. */
  isOn(cameraId: CameraId): boolean {
    return this.cameraId === cameraId && this.state.is !== 'noOutput';
  }

  toggle(camera: Camera, shown: StreamRole): void {
    if (this.isOn(camera.id)) this.off();
    else this.#on(camera, shown);
  }

  off(): void {
    clearInterval(this.#look);
    this.#source?.close();
    this.#source = null;
    this.cameraId = null;
    this.level = 0;
    this.measured = null;
  }

  setVolume(volume: number): void {
    known.settings = { ...known.settings, soundVolume: volume };
    this.#source?.setVolume(loudness(volume));
    clearTimeout(this.#keep);
    this.#keep = setTimeout(() => void known.changeSettings({ soundVolume: volume }), keepAfterMs);
  }

  /** A view shows this camera, until the returned function is called. */
  shown(cameraId: CameraId): () => void {
    this.#views.set(cameraId, (this.#views.get(cameraId) ?? 0) + 1);
    return () => {
      this.#views.set(cameraId, (this.#views.get(cameraId) ?? 1) - 1);
      setTimeout(() => this.#offUnseen(), unseenForMs);
    };
  }

  #offUnseen(): void {
    if (this.cameraId !== null && (this.#views.get(this.cameraId) ?? 0) === 0) this.off();
  }

  #on(camera: Camera, shown: StreamRole): void {
    this.off();
    otherWindows.postMessage('on');
    this.cameraId = camera.id;
    const role = roleWithSound(camera, shown);
    this.#source = new SoundSource(camera.id, role, loudness(this.volume), (state) => this.#take(state));
    this.#look = setInterval(() => this.#lookNow(), lookEveryMs);
  }

  #lookNow(): void {
    this.level = this.#source?.level ?? 0;
    this.measured = this.#source?.measured ?? null;
  }

  #take(state: SoundState): void {
    this.state = state;
    const words = text.wall.sound;
    if (state.is === 'none') announcer.say(words.none);
    else if (state.is === 'undecodable') announcer.say(words.undecodable(words.codecOf(state.codec)));
    else if (state.is === 'noOutput') {
      announcer.say(words.noOutput);
      clearInterval(this.#look);
      this.#lookNow();
    }
  }
}

/** The stream that is shown if the camera says that it has sound, else one that has. What comes tells the truth of it. */
function roleWithSound(camera: Camera, shown: StreamRole): StreamRole {
  const roles: StreamRole[] = [shown, 'main', 'sub'];
  return roles.find((role) => (streamOf(camera, role)?.audio ?? null) !== null) ?? shown;
}

/** Half of the slider sounds about half as loud. */
function loudness(volume: number): number {
  return volume * volume;
}

/** One camera at a time, whichever window it is heard in. */
const otherWindows = new BroadcastChannel('nightjar sound');

export const sound = new Sound();
otherWindows.onmessage = () => sound.off();
