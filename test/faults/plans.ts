/**
 * The cameras of the crash tests: four for each vault, from 2 Mbit/s down to 100 kbit/s, so that both halves of the
 * bound are met (64 KiB are a quarter of a second of the first and five seconds of the last), with and without sound.
 * Their names, passwords and paths are random words that nobody else on this computer uses.
 */
import { randomBytes } from 'node:crypto';
import type { CameraPlan, StreamPlan } from '../yard/plans.ts';
import { defaultPlans } from '../yard/plans.ts';

export const camerasAVault = 4;

type StreamChange = Partial<StreamPlan>;
const streams: readonly StreamChange[] = [
  { widthPixels: 1280, heightPixels: 720, bitsPerSecond: 2_000_000, keyframeEvery: 50, sound: 'AAC' },
  { widthPixels: 640, heightPixels: 360, bitsPerSecond: 512_000, keyframeEvery: 25, sound: null },
  { widthPixels: 640, heightPixels: 360, bitsPerSecond: 300_000, keyframeEvery: 50, sound: 'PCMA' },
  { widthPixels: 320, heightPixels: 180, bitsPerSecond: 100_000, keyframeEvery: 100, sound: null },
];

/** Plans for that many vaults' cameras, one vault's after the other's. */
export function crashPlans(vaults: number): CameraPlan[] {
  return defaultPlans(vaults * camerasAVault).map((plan, at) => {
    const word = (): string => randomBytes(6).toString('hex');
    const change = streams[at % camerasAVault];
    return {
      ...plan,
      name: `Küche ${word()} & "Flur"`,
      location: `wlan-${word()}`,
      model: `Y-${word()}`,
      user: `user-${word()}`,
      password: `pass-${word()}-ß`,
      main: { ...plan.main, ...change, path: `/live/${word()}` },
      sub: null,
    };
  });
}
