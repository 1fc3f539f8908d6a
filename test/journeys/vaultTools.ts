/** Looks into a vault as its owner would without Nightjar: the recovery words open the identity. */
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { openIdentity } from '../../main/core/vault/keys.ts';

/** The identity as a file for `age -i`. */
export async function identityOf(vaultFolder: string, words: string[]): Promise<string> {
  const identity = await openIdentity(readFileSync(path.join(vaultFolder, 'recovery.age')), words);
  if (!identity) throw new Error('the words do not open recovery.age');
  return `${identity.toSecretString()}\n`;
}

/** The longest finished recording in the vault. */
export function longestRecording(vaultFolder: string): { file: string; lengthMs: number } {
  const all = globSync('recordings/*/*/*.mp4.age', { cwd: vaultFolder }).map((name) => {
    const [fromMs = 0, toMs = 0] = (path.basename(name).match(/\d+/g) ?? []).map(Number);
    return { file: path.join(vaultFolder, name), lengthMs: toMs - fromMs };
  });
  const longest = all.sort((one, other) => other.lengthMs - one.lengthMs)[0];
  if (!longest) throw new Error('the vault holds no finished recording');
  return longest;
}

/** Bytes of all recordings of each camera, also of those being written. */
export function recordedBytes(vaultFolder: string): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const name of globSync('recordings/*/*/*.mp4.age*', { cwd: vaultFolder })) {
    const cameraId = name.split(path.sep)[1] ?? '';
    // One that got its whole name between the two looks.
    const sizeBytes = statSync(path.join(vaultFolder, name), { throwIfNoEntry: false })?.size ?? 0;
    bytes[cameraId] = (bytes[cameraId] ?? 0) + sizeBytes;
  }
  return bytes;
}

/** When an event was last sealed to the disk, epoch ms; 0 before the first. */
export function eventWrittenMs(vaultFolder: string): number {
  const times = globSync('events/*/**/*.age', { cwd: vaultFolder }).map(
    (name) => statSync(path.join(vaultFolder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(0, ...times);
}
