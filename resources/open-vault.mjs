// Gets every recording out of a Nightjar vault, without Nightjar: from the twelve recovery words alone, as plain MP4
// files in a folder for each camera and day. Written from the format's description (main/core/vault/README.md) only.
//
//   npm install age-encryption
//   node open-vault.mjs <vault> <folder for the recordings>
//
// Needs Node 20 or later. The words are read from standard input; they open the vault whatever passphrase it has. It
// changes nothing in the vault. Stopped or killed, it goes on where it was when started again: what has its name is
// whole and is skipped. One file a recording (about a minute), in folders by camera and local day, named by the local
// time; for other times set TZ, for example TZ=UTC. Beside them, for each camera: "Gaps.csv", when nothing is recorded
// and why; "Events.csv", what the camera told (motion, a digital input); and, where recordings are damaged, "What is
// missing.txt"; of those it saves what is readable, as "… (damaged).mp4". The files are not encrypted. On a busy computer
// of two cores it made 80 MB a second. Exit code: 0 all whole, 1 some damaged, 2 the vault could not be opened or the
// folder not written.
import { Buffer } from 'node:buffer';
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Decrypter } from 'age-encryption';

const chunkBytes = 65_536;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + tagBytes;
const nonceBytes = 16;
const longestHeaderBytes = 32 * 1024;
/** More than any moov or moof of a recording. */
const largestHeadBytes = 4 * 2 ** 20;
/** What recovery.age may ask for; Nightjar's asks for 2^12. */
const highestWorkFactor = 18;

/** What stops the program, as a sentence for the person at the terminal. */
class Refusal extends Error {}

// ---- the key

async function readWords() {
  const { stdin } = process;
  if (stdin.isTTY) console.error('The twelve recovery words (not shown), then Enter:');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  lines.once('SIGINT', () => lines.close());
  const words = [];
  for await (const line of lines) {
    words.push(
      ...line
        .normalize('NFKD')
        .toLowerCase()
        .split(/[^a-z]+/)
        .filter(Boolean),
    );
    if (words.length >= 12) break;
  }
  lines.close();
  stdin.pause();
  return words;
}

/** The vault's identity, `AGE-SECRET-KEY-1…`, out of recovery.age. */
async function recoverIdentity(vault, words) {
  const sealed = await readFile(path.join(vault, 'recovery.age')).catch(() => null);
  if (!sealed) throw new Refusal(`There is no vault in ${vault}: it has no recovery.age.`);
  const stanza = /^age-encryption\.org\/v1\n-> scrypt \S+ (\d{1,2})\n/.exec(sealed.toString('latin1', 0, 200));
  if (!stanza || Number(stanza[1]) > highestWorkFactor) throw new Refusal('recovery.age is damaged.');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(words.join(' '));
  try {
    return (await decrypter.decrypt(sealed, 'text')).trim();
  } catch {
    throw new Refusal(
      'These words do not open the vault (or its recovery.age is damaged). Check each, and their order.',
    );
  }
}

async function checkVersion(vault) {
  const text = await readFile(path.join(vault, 'vault.json'), 'utf8').catch(() => '{}');
  let version = 1;
  try {
    version = JSON.parse(text).version ?? 1;
  } catch {
    console.error('vault.json is damaged; the recordings are opened all the same.');
  }
  if (version > 1) {
    const which = 'Take the open-vault.mjs of the Nightjar that wrote it.';
    throw new Refusal(`This vault is of version ${version}, and this program understands version 1. ${which}`);
  }
}

// ---- sealed files

/** A sealed file to be read chunk by chunk; null when its header does not open. Whoever opens it closes it. */
async function openSealed(file, decrypter) {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = await readAt(handle, 0, Math.min(size, longestHeaderBytes + nonceBytes));
    const macLine = start.indexOf('\n---');
    const headerBytes = macLine < 0 ? 0 : start.indexOf('\n', macLine + 1) + 1;
    const payloadStart = headerBytes + nonceBytes;
    if (headerBytes > 0 && payloadStart <= start.length) {
      const fileKey = await decrypter.decryptHeader(start.subarray(0, headerBytes)).catch(() => null);
      if (fileKey) {
        const key = Buffer.from(hkdfSync('sha256', fileKey, start.subarray(headerBytes, payloadStart), 'payload', 32));
        return { handle, key, payloadStart, payloadBytes: size - payloadStart };
      }
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

/** Each chunk in order: its number, its bytes (null when they do not open), and whether it is the last of a whole file. */
async function* chunksOf({ handle, key, payloadStart, payloadBytes }) {
  const count = Math.max(1, Math.ceil(payloadBytes / sealedChunkBytes));
  for (let index = 0; index < count; index += 1) {
    const at = index * sealedChunkBytes;
    const sealed = await readAt(handle, payloadStart + at, Math.min(sealedChunkBytes, payloadBytes - at));
    const whole = index === count - 1 ? openChunk(key, index, true, sealed) : null;
    // An empty chunk is the last of an empty file only.
    const ends = whole !== null && (whole.length > 0 || index === 0);
    const full = sealed.length === sealedChunkBytes;
    yield { index, plain: ends ? whole : full ? openChunk(key, index, false, sealed) : null, ends };
  }
}

function openChunk(key, index, last, sealed) {
  if (sealed.length < tagBytes) return null;
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce.writeUInt8(last ? 1 : 0, 11);
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  cipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = cipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    cipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** Up to `length` bytes; fewer where the file ends. A sector that cannot be read is as good as zeros. */
async function readAt(handle, position, length) {
  const bytes = Buffer.alloc(Math.max(0, length));
  let done = 0;
  while (done < bytes.length) {
    try {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    } catch (error) {
      if (error.code !== 'EIO') throw error;
      return bytes;
    }
  }
  return bytes.subarray(0, done);
}

// ---- one recording

/**
 * Opens one recording into `base`.mp4. Returns 'whole', 'there' (it was already), or what was saved of it under another
 * name: 'damaged', 'cut off', or 'closed' when nothing was.
 */
async function saveRecording(sealedFile, decrypter, base, unfinished) {
  if (await stat(`${base}.mp4`).catch(() => null)) return 'there';
  const sealed = await openSealed(sealedFile, decrypter);
  if (!sealed) return 'closed';
  const partial = `${base}.mp4.partial`;
  try {
    const out = await open(partial, 'w+', 0o600);
    try {
      const holes = [];
      let sizeBytes = 0;
      let ended = false;
      for await (const { index, plain, ends } of chunksOf(sealed)) {
        const at = index * chunkBytes;
        if (plain) await writeAt(out, at, plain);
        else holes.push([at, at + chunkBytes]);
        if (plain) sizeBytes = at + plain.length;
        ended = ends;
      }
      if (ended && holes.length === 0) {
        await out.sync();
        await rename(partial, `${base}.mp4`);
        return 'whole';
      }
      const kind = unfinished ? 'cut off' : 'damaged';
      return (await saveReadable({ out, sizeBytes, holes }, `${base} (${kind}).mp4`)) ? kind : 'closed';
    } finally {
      await out.close();
      await rm(partial, { force: true });
    }
  } finally {
    await sealed.handle.close();
  }
}

async function writeAt(handle, position, bytes) {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * What is whole of a recording with holes: its beginning (ftyp and moov) and every fragment (moof and mdat) that no hole
 * touches. False when the beginning or every fragment is lost.
 */
async function saveReadable(recording, file) {
  const initBytes = await initBytesOf(recording);
  if (initBytes === null) return false;
  const kept = [[0, initBytes]];
  for (let at = initBytes; at !== null && at < recording.sizeBytes;) {
    const end = await fragmentEnd(recording, at);
    if (end !== null && end <= recording.sizeBytes && isWhole(recording, at, end)) kept.push([at, end]);
    at = end ?? (await nextFragment(recording, at + 1));
  }
  if (kept.length === 1) return false;
  const out = await open(`${file}.partial`, 'w', 0o600);
  try {
    let position = 0;
    for (const [from, to] of kept) {
      for (let at = from; at < to; at += 2 ** 20) {
        const bytes = await readAt(recording.out, at, Math.min(2 ** 20, to - at));
        await writeAt(out, position, bytes);
        position += bytes.length;
      }
    }
    await out.sync();
  } finally {
    await out.close();
  }
  await rename(`${file}.partial`, file);
  return true;
}

function isWhole({ holes, sizeBytes }, from, to) {
  return to <= sizeBytes && holes.every(([start, end]) => end <= from || start >= to);
}

/** The head of the box at this place; null where there is a hole, or no box. */
async function boxAt(recording, at) {
  if (!isWhole(recording, at, at + 8)) return null;
  const head = await readAt(recording.out, at, 8);
  const sizeBytes = head.readUInt32BE(0);
  return sizeBytes < 8 ? null : { sizeBytes, type: head.toString('latin1', 4, 8) };
}

async function initBytesOf(recording) {
  for (let at = 0; at < largestHeadBytes;) {
    const box = await boxAt(recording, at);
    if (!box || box.type === 'moof' || box.type === 'mdat') return null;
    at += box.sizeBytes;
    if (box.type === 'moov') return isWhole(recording, 0, at) ? at : null;
  }
  return null;
}

/** Where the fragment that begins here ends; null when none begins here, or its head is lost. */
async function fragmentEnd(recording, at) {
  const moof = await boxAt(recording, at);
  if (moof?.type !== 'moof' || moof.sizeBytes > largestHeadBytes) return null;
  if (!isWhole(recording, at, at + moof.sizeBytes)) return null;
  const mdat = await boxAt(recording, at + moof.sizeBytes);
  return mdat?.type === 'mdat' ? at + moof.sizeBytes + mdat.sizeBytes : null;
}

/** The next place from here on where a whole moof and the head of its mdat lie; null when there is none. */
async function nextFragment(recording, from) {
  const windowBytes = 2 ** 20;
  for (let start = from; start < recording.sizeBytes; start += windowBytes) {
    const bytes = await readAt(recording.out, start, windowBytes + 7);
    for (let found = bytes.indexOf('moof', 4); found >= 0; found = bytes.indexOf('moof', found + 1)) {
      if ((await fragmentEnd(recording, start + found - 4)) !== null) return start + found - 4;
    }
  }
  return null;
}

// ---- names

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const refused = /[<>:"/\\|?*\u0000-\u001f\u007f]/g;
/** Names of devices, which Windows takes for no file. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Clocks are set back by half an hour to two hours. */
const clockSteps = [-7200, -3600, -1800, 1800, 3600, 7200].map((seconds) => seconds * 1000);

function safeName(name) {
  const letters = Array.from(name.normalize('NFC').replace(refused, ' ').replace(/\s+/g, ' ').trim());
  const safe = letters
    .slice(0, 60)
    .join('')
    .replace(/[. ]+$/, '');
  return device.test(safe) ? `${safe}_` : safe;
}

/** A folder's name for each camera, no two alike on a disk that does not tell capitals from small letters. */
function folderNames(ids, cameraNames) {
  const taken = new Set();
  const folders = new Map();
  for (const id of ids) {
    const base = safeName(cameraNames.get(id) ?? '') || `Camera ${id}`;
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base} ${number}`;
    taken.add(name.toLowerCase());
    folders.set(id, name);
  }
  return folders;
}

function two(figure) {
  return String(figure).padStart(2, '0');
}

function localDay(atMs) {
  const at = new Date(atMs);
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function plainStamp(atMs) {
  const at = new Date(atMs);
  return `${localDay(atMs)} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
}

/** '2026-11-20 14.02.11', local; with ' UTC+1' where the same time of the clock occurs twice. */
function localStamp(atMs) {
  const plain = plainStamp(atMs);
  if (!clockSteps.some((step) => plainStamp(atMs + step) === plain)) return plain;
  const [sign, hours, minutes] = offsetOf(atMs);
  return `${plain} UTC${sign}${hours}${minutes === 0 ? '' : `.${two(minutes)}`}`;
}

/** '2026-11-20T14:02:11.250+01:00', local. */
function localIso(atMs) {
  const [sign, hours, minutes] = offsetOf(atMs);
  const time = plainStamp(atMs).slice(11).replaceAll('.', ':');
  return `${localDay(atMs)}T${time}.${String(atMs % 1000).padStart(3, '0')}${sign}${two(hours)}:${two(minutes)}`;
}

function offsetOf(atMs) {
  const offset = -new Date(atMs).getTimezoneOffset();
  return [offset < 0 ? '-' : '+', Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
}

// ---- gaps

/** Recordings nearer than this are one: a fragment's rounding, not a gap. A note this near to an end belongs to it. */
const joinMs = 200;
const noteNearMs = 2000;
const causes = {
  lost: 'the camera did not answer',
  network: 'this computer had no network',
  refused: 'user name or password refused',
  notKeptUp: 'this computer did not keep up',
  diskFull: 'the disk was full',
  diskGone: 'the disk was gone or took no writing',
  closed: 'Nightjar was closed',
  asleep: 'the computer was asleep',
  paused: 'recording paused',
  noEvent: 'no event',
  schedule: 'outside its hours',
  off: 'not recorded, as set',
  privacy: 'privacy, everything paused',
  deleted: 'deleted',
  clock: 'the computer’s clock was set',
  codec: 'the stream cannot be recorded',
};

/** What the camera's indexes noted about causes, in order of time; the folder itself says what is recorded. */
async function readNotes(vault, decrypter, id) {
  const notes = [];
  for (const day of (await names(path.join(vault, 'recordings', id))).filter((name) =>
    /^\d{4}-\d\d-\d\d$/.test(name),
  )) {
    const folder = path.join(vault, 'recordings', id, day);
    for (const file of ['index.json.age', 'index.json.age.previous']) {
      try {
        const document = JSON.parse(await decrypter.decrypt(await readFile(path.join(folder, file)), 'text'));
        notes.push(...document.value.notes.filter(({ atMs }) => Number.isSafeInteger(atMs)));
        break;
      } catch {
        // Without it, the gaps of this day have no cause.
      }
    }
  }
  return notes.sort((one, other) => one.atMs - other.atMs);
}

function gapsBetween(recordings, notes) {
  const gaps = [];
  let endMs = null;
  for (const { startMs, endMs: untilMs } of recordings) {
    if (endMs !== null && startMs - endMs >= joinMs) {
      const [fromMs, toMs] = [endMs, startMs];
      const note = notes.findLast(
        ({ atMs }) => atMs >= fromMs - noteNearMs && atMs <= Math.min(toMs, fromMs + noteNearMs),
      );
      const later = notes.find(({ atMs }) => atMs > fromMs + noteNearMs && atMs < toMs);
      gaps.push({ fromMs, toMs, cause: causes[(note ?? later)?.cause] ?? 'unknown' });
    }
    endMs = Math.max(endMs ?? 0, untilMs ?? startMs);
  }
  return gaps;
}

// ---- events

/** What the camera told, each event once, in order: of several versions the one of the highest revision counts. */
async function readEvents(vault, decrypter, id) {
  const newest = new Map();
  for (const name of await names(path.join(vault, 'events', id))) {
    if (!/^\d{4}-\d\d-\d\d\.[0-9a-f]{8}\.json\.age$/.test(name)) continue;
    try {
      const sealed = await readFile(path.join(vault, 'events', id, name));
      const { savedMs, events } = JSON.parse(await decrypter.decrypt(sealed, 'text')).value;
      for (const event of events) {
        // Nobody told its end: it went on when the file was written.
        const one = event.toMs === null ? { ...event, toMs: savedMs, endUnknown: true } : event;
        const isTime = [one.fromMs, one.toMs].every((atMs) => Number.isSafeInteger(atMs) && atMs >= 0 && atMs < 8e15);
        if (isTime && event.revision > (newest.get(event.id)?.revision ?? 0)) newest.set(event.id, one);
      }
    } catch {
      // A file that does not open costs its own events.
    }
  }
  return [...newest.values()].sort((one, other) => one.fromMs - other.fromMs);
}

/** A field of a table, never taken for a formula. */
function field(words) {
  const text = String(words).replaceAll('"', '""');
  return `"${/^[=+\-@\t]/.test(text) ? `'${text}` : text}"`;
}

function eventLine({ fromMs, toMs, endUnknown, kind, source, topic, count }) {
  const seconds = ((toMs - fromMs) / 1000).toFixed(3);
  const until = endUnknown ? 'at least' : '';
  return [
    localIso(fromMs),
    localIso(toMs),
    seconds,
    until,
    field(kind),
    field(source),
    field(topic),
    Number(count),
  ].join(',');
}

async function writeWhole(file, text) {
  await writeFile(`${file}.partial`, text, { mode: 0o600 });
  await rename(`${file}.partial`, file);
}

// ---- the whole vault

/** The cameras' names by their ids, as far as the sealed list of cameras opens. */
async function readNames(vault, decrypter) {
  for (const file of ['cameras.json.age', 'cameras.json.age.previous']) {
    try {
      const document = await decrypter.decrypt(await readFile(path.join(vault, file)), 'text');
      const { cameras, removed = [] } = JSON.parse(document).value;
      return new Map([...cameras, ...removed].map(({ id, name }) => [id, String(name)]));
    } catch {
      // Without it, the folders are called by the cameras' ids.
    }
  }
  return new Map();
}

/** Recordings of a camera in order of time; whatever is not named like one is left out. */
async function recordingsOf(vault, id) {
  const found = [];
  for (const day of (await names(path.join(vault, 'recordings', id))).filter((name) =>
    /^\d{4}-\d\d-\d\d$/.test(name),
  )) {
    for (const name of await names(path.join(vault, 'recordings', id, day))) {
      const parts = /^(\d{1,15})(?:-(\d{1,15})\.mp4\.age|\.mp4\.age(\.part))$/.exec(name);
      if (!parts) continue;
      const file = path.join(vault, 'recordings', id, day, name);
      const sizeBytes = (await stat(file).catch(() => null))?.size ?? 0;
      const endMs = parts[2] === undefined ? null : Number(parts[2]);
      found.push({ startMs: Number(parts[1]), endMs, unfinished: Boolean(parts[3]), file, sizeBytes });
    }
  }
  return found.sort((one, other) => one.startMs - other.startMs);
}

async function names(folder) {
  return (await readdir(folder).catch(() => [])).sort();
}

/** How far it is: on a terminal in one line that changes, else a line every ten seconds. */
class Progress {
  #totalBytes;
  #doneBytes = 0;
  #workedBytes = 0;
  #startedMs = Date.now();
  #toldMs = 0;

  constructor(totalBytes) {
    this.#totalBytes = totalBytes;
  }

  done(sizeBytes, worked, what) {
    this.#doneBytes += sizeBytes;
    if (worked) this.#workedBytes += sizeBytes;
    const nowMs = Date.now();
    const onTerminal = process.stderr.isTTY;
    if (nowMs - this.#toldMs < (onTerminal ? 200 : 10_000)) return;
    if (!onTerminal && this.#toldMs === 0) {
      this.#toldMs = nowMs;
      return;
    }
    this.#toldMs = nowMs;
    const rate = (this.#workedBytes / Math.max(1, nowMs - this.#startedMs)) * 1000;
    const percent = Math.floor((this.#doneBytes / Math.max(1, this.#totalBytes)) * 100);
    const left = rate > 0 ? `, ${Math.ceil((this.#totalBytes - this.#doneBytes) / rate)} s left` : '';
    const line = `${percent} %  ${megabytes(this.#doneBytes)} of ${megabytes(this.#totalBytes)}, ${megabytes(rate)}/s${left}  ${what}`;
    process.stderr.write(onTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  }

  clear() {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

function megabytes(bytes) {
  return `${Math.floor(bytes / 1e6)} MB`;
}

const told = {
  damaged: 'damaged; what is readable was saved',
  'cut off': 'cut off; saved up to there',
  closed: 'does not open',
};

async function saveCamera({ vault, decrypter, folder, id, recordings, counts, progress }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const taken = new Map();
  const missing = [];
  for (const { startMs, endMs, unfinished, file, sizeBytes } of recordings) {
    const stamp = localStamp(startMs);
    const nth = (taken.get(stamp) ?? 0) + 1;
    taken.set(stamp, nth);
    const day = path.join(folder, localDay(startMs));
    await mkdir(day, { recursive: true, mode: 0o700 });
    const base = path.join(day, nth === 1 ? stamp : `${stamp} (${nth})`);
    const kind = await saveRecording(file, decrypter, base, unfinished);
    counts[kind] += 1;
    progress.done(sizeBytes, kind !== 'there', stamp);
    if (!told[kind]) continue;
    progress.clear();
    console.log(`${path.relative(vault, file)}: ${told[kind]}`);
    const until = endMs === null ? '' : ` to ${localIso(endMs)}`;
    missing.push(`${localIso(startMs)}${until}   ${told[kind]} (${path.basename(file)})`);
  }
  const gaps = gapsBetween(recordings, await readNotes(vault, decrypter, id));
  const lines = gaps.map(({ fromMs, toMs, cause }) =>
    [localIso(fromMs), localIso(toMs), ((toMs - fromMs) / 1000).toFixed(3), `"${cause}"`].join(','),
  );
  await writeWhole(path.join(folder, 'Gaps.csv'), `${['from,to,seconds,cause', ...lines].join('\r\n')}\r\n`);
  const events = await readEvents(vault, decrypter, id);
  if (events.length > 0) {
    const head = 'from,to,seconds,until,kind,source,topic,count';
    const text = [head, ...events.map(eventLine)].join('\r\n');
    await writeWhole(path.join(folder, 'Events.csv'), `${text}\r\n`);
  }
  if (missing.length > 0) await writeWhole(path.join(folder, 'What is missing.txt'), `${missing.join('\n')}\n`);
}

async function openVault(vault, out) {
  await checkVersion(vault);
  const decrypter = new Decrypter();
  decrypter.addIdentity(await recoverIdentity(vault, await readWords()));
  const cameraNames = await readNames(vault, decrypter);
  const found = [...(await names(path.join(vault, 'recordings'))), ...(await names(path.join(vault, 'events')))];
  const ids = [...new Set(found)].filter((name) => /^[0-9a-f]{16}$/.test(name)).sort();
  const folders = folderNames(ids, cameraNames);
  const cameras = [];
  for (const id of ids) cameras.push({ id, recordings: await recordingsOf(vault, id) });
  const totalBytes = cameras.flatMap(({ recordings }) => recordings).reduce((sum, one) => sum + one.sizeBytes, 0);
  const progress = new Progress(totalBytes);
  const counts = { whole: 0, there: 0, damaged: 0, 'cut off': 0, closed: 0 };
  for (const { id, recordings } of cameras) {
    const folder = path.join(out, folders.get(id));
    await saveCamera({ vault, decrypter, folder, id, recordings, counts, progress });
  }
  progress.clear();
  const parts = [`${counts.whole} opened`, `${counts.there} there already`, `${counts['cut off']} cut off`];
  console.log(`Recordings: ${parts.join(', ')}, ${counts.damaged + counts.closed} damaged.`);
  if (cameras.length > 0) console.log(`They lie in ${out}, and are not encrypted.`);
  return counts.damaged + counts.closed > 0 ? 1 : 0;
}

const [vault, out, ...more] = process.argv.slice(2);
if (!vault || !out || more.length > 0) {
  console.error('Usage: node open-vault.mjs <vault> <folder for the recordings>');
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await openVault(path.resolve(vault), path.resolve(out));
  } catch (error) {
    // What is neither ours nor the file system's is a defect, and shows itself whole.
    if (!(error instanceof Refusal) && typeof error.code !== 'string') throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
