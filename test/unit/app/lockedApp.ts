/**
 * A process for lockedMemory.test.ts: the app as index.ts composes it, without a window. Takes commands from its standard
 * input, each one letter, the length of its bytes (two, little-endian), and these bytes; answers each with a line of
 * JSON. A passphrase comes as bytes and stays bytes, as it does through Electron's structured clone.
 */
import { read } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createApp } from '../../../main/app.ts';
import { openLog } from '../../../main/core/log.ts';

const readBytes = promisify(read);
const [folder = ''] = process.argv.slice(2);

const app = await createApp({
  ...{ folder: path.join(folder, 'app'), videosFolder: folder, portable: true, log: openLog() },
  about: { version: '', runtime: '' },
  tell: () => undefined,
  desk: {
    chooseFolder: () => Promise.resolve(folder),
    chooseSaveFile: () => Promise.resolve(null),
    showFile: () => undefined,
  },
});
const { handlers } = app;

/** Into memory of its own: a pooled Buffer would keep a copy. null at the end of the input. */
async function take(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await readBytes(0, bytes, at, length - at, null);
    if (bytesRead === 0) return null;
    at += bytesRead;
  }
  return bytes;
}

async function make(): Promise<unknown> {
  const place = await handlers['vault.choosePlace'](undefined);
  if (!place.ok || !place.value) return place;
  const made = await handlers['vault.create']({ placeId: place.value.placeId, passphrase: null });
  const state = await handlers['app.state'](undefined);
  if (!made.ok || state.phase !== 'proving') return made;
  const words = state.askedWords.map((number) => made.value.words[number - 1] ?? '');
  return handlers['vault.prove']({ words });
}

/** What `hold` was given: a passphrase that was not used yet. */
const held: Uint8Array[] = [];

const commands: Record<string, (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>> = {
  start: () => app.start(),
  make,
  passphrase: (passphrase) => handlers['vault.setPassphrase']({ current: null, passphrase }),
  unlock: (passphrase) => handlers['vault.unlock']({ passphrase }),
  hold: (passphrase) => Promise.resolve(held.push(passphrase)),
  drop: () => Promise.resolve(held.splice(0).map((each) => each.fill(0).byteLength)),
  lock: () => handlers['vault.lock'](undefined),
  /** As a page does that shows them. How much there is of each. */
  read: async () => {
    const clips = await handlers['clips.list'](undefined);
    return [
      (await handlers['exports.list'](undefined)).length,
      (await handlers['leaving.state'](undefined)).state,
      (await handlers['check.state'](undefined)).state,
      clips.ok ? clips.value.clips.length : clips,
    ];
  },
};
const byLetter = new Map(Object.entries(commands).map(([name, run]) => [name.charAt(0), run]));

for (let head = await take(3); head; head = await take(3)) {
  const [letter = 0, low = 0, high = 0] = head;
  const bytes = (await take(low + 256 * high)) ?? new Uint8Array();
  const answer = await byLetter.get(String.fromCharCode(letter))?.(bytes);
  process.stdout.write(`${JSON.stringify({ answer: answer ?? null, ...(await handlers['app.state'](undefined)) })}\n`);
}
await app.close();
