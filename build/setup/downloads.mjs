// Whether release downloads can be had from here: Electron, the prebuilt keytar and ffmpeg-static all come from the
// same place. One request decides, within 10 s; a "no" is remembered for a day, so that later runs need not wait.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inModules } from './say.mjs';

const deadlineMs = 10_000;
const dayMs = 86_400_000;
const note = inModules('.nightjar', 'no-downloads');
let known;

/** True when release downloads answer. `NIGHTJAR_DOWNLOADS=0` says no without asking. */
export async function downloadsCanBeHad() {
  known ??= await ask();
  return known;
}

async function ask() {
  if (process.env.NIGHTJAR_DOWNLOADS === '0') return false;
  try {
    if (Date.now() - Number(readFileSync(note, 'utf8')) < dayMs) return false;
  } catch {
    // No "no" is remembered.
  }
  const place = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/download/';
  try {
    const answer = await fetch(place, { method: 'HEAD', signal: AbortSignal.timeout(deadlineMs), redirect: 'follow' });
    // Any answer of the place itself will do: a directory there is not listed, so 404 is usual.
    if (answer.status < 500 && answer.status !== 403 && answer.status !== 407) {
      rmSync(note, { force: true });
      return true;
    }
  } catch {
    // No answer: no downloads.
  }
  mkdirSync(path.dirname(note), { recursive: true });
  writeFileSync(note, String(Date.now()));
  return false;
}
