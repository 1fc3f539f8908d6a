/**
 * Watches what must never show while a journey runs: credentials and names of cameras in any process's arguments or
 * environment, and sockets of the app that listen, or that lead anywhere but to the cameras. Reads /proc every 100 ms
 * (Linux; elsewhere it says that it saw nothing, and the journey skips the check).
 *
 * `findInFiles` reads every byte below a folder for the same canaries, in the forms in which they could be written.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { processes, treeOf } from '../bench/measure.ts';

const lookEveryMs = 100;

export interface Sighting {
  where: string;
  what: string;
}

/** A text, or bytes (of a picture) with what they are called. */
export type Canary = string | { what: string; bytes: Uint8Array };

/** The forms in which a canary could lie in a file, an argument or an environment. */
export function formsOf(canary: Canary): Buffer[] {
  if (typeof canary !== 'string') return formsOfBytes(Buffer.from(canary.bytes));
  const utf8 = Buffer.from(canary, 'utf8');
  const forms = [
    utf8,
    Buffer.from(canary, 'utf16le'),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(utf8.toString('base64').replace(/=+$/, '')),
    Buffer.from(encodeURIComponent(canary)),
    Buffer.from(JSON.stringify(canary).slice(1, -1)),
    Buffer.from(canary.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
  ];
  return forms.filter((form, at) => forms.findIndex((other) => other.equals(form)) === at);
}

/** As they are; in hexadecimal; in Base64, wherever in its groups of three they begin. */
function formsOfBytes(bytes: Buffer): Buffer[] {
  const base64 = [0, 1, 2].map((skip) => {
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
    return Buffer.from(whole.toString('base64'));
  });
  return [bytes, Buffer.from(bytes.toString('hex')), ...base64];
}

/**
 * Finds canaries, in any of their forms, in bytes; returns what they are called. One pass over the bytes, however many
 * there are: their first three bytes lead to them.
 */
export function finderOf(canaries: readonly Canary[]): (bytes: Buffer) => string[] {
  const begins = new Uint8Array(2 ** 24);
  const byBeginning = new Map<number, { what: string; form: Buffer }[]>();
  for (const canary of canaries)
    for (const form of formsOf(canary)) {
      const beginning = form.readUIntBE(0, 3);
      begins[beginning] = 1;
      const what = typeof canary === 'string' ? canary : canary.what;
      byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), { what, form }]);
    }
  return (bytes) => {
    const found = new Set<string>();
    for (let at = 0, last = 0; at < bytes.length; at++) {
      last = ((last << 8) | (bytes[at] ?? 0)) & 0xffffff;
      if (begins[last] === 0 || at < 2) continue;
      for (const { what, form } of byBeginning.get(last) ?? [])
        if (form.equals(bytes.subarray(at - 2, at - 2 + form.length))) found.add(what);
    }
    return [...found];
  };
}

/** Every file below the folders whose bytes or name hold a canary in any of its forms. */
export function findInFiles(folders: string[], canaries: readonly Canary[]): { files: number; sightings: Sighting[] } {
  const find = finderOf(canaries);
  const sightings: Sighting[] = [];
  let files = 0;
  for (const folder of folders)
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, name);
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
      files += 1;
      const found = new Set([...find(readFileSync(file)), ...find(Buffer.from(name))]);
      for (const what of found) sightings.push({ where: file, what });
    }
  return { files, sightings };
}

export interface WatchPlan {
  canaries: string[];
  /** Processes that may know the canaries: the test itself and the yard. */
  except: number[];
  /** The app's main process; its sockets are looked at, and those of everything it started. */
  appPid: () => number | null;
  /** Addresses that the app may talk to. */
  mayReach: (address: string, kind: Socket['kind']) => boolean;
}

export interface Watcher {
  /** Ends the watching and tells what was seen. */
  end(): { looks: number; processesSeen: number; sightings: Sighting[] };
}

export function watchProcesses(plan: WatchPlan): Watcher {
  const forms = plan.canaries.flatMap((canary) => formsOf(canary).map((form) => ({ canary, form })));
  const sightings = new Map<string, Sighting>();
  const seen = new Set<number>();
  let looks = 0;
  const sighted = (where: string, what: string): unknown => sightings.set(`${where} ${what}`, { where, what });

  function look(): void {
    looks += 1;
    for (const { pid, command } of processes()) {
      if (plan.except.includes(pid)) continue;
      seen.add(pid);
      for (const part of ['cmdline', 'environ']) {
        const bytes = readQuietly(`/proc/${pid}/${part}`);
        for (const { canary, form } of forms) if (bytes.includes(form)) sighted(`${part} of ${command}`, canary);
      }
    }
    const appPid = plan.appPid();
    if (appPid === null) return;
    for (const socket of socketsOf(treeOf(appPid).map(({ pid }) => pid))) {
      if (socket.listens) sighted(`${socket.kind} ${socket.local}`, 'listens');
      else if (socket.remote !== null && !plan.mayReach(socket.remote, socket.kind))
        sighted(`${socket.kind} to ${socket.remote}`, 'leads elsewhere');
    }
  }

  look();
  const timer = setInterval(look, lookEveryMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return { looks, processesSeen: seen.size, sightings: [...sightings.values()] };
    },
  };
}

export interface Socket {
  kind: 'tcp' | 'udp';
  local: string;
  /** null when it is not connected. */
  remote: string | null;
  listens: boolean;
}

/** IPv4 and IPv6 sockets that these processes hold. */
export function socketsOf(pids: number[]): Socket[] {
  const inodes = new Set<string>();
  for (const pid of pids)
    try {
      for (const name of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
        if (inode) inodes.add(inode);
      }
    } catch {
      // It ended meanwhile.
    }
  const found: Socket[] = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6'])
    for (const line of readQuietly(`/proc/net/${table}`).toString().split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const [, local = '', remote = '', state = ''] = columns;
      if (!inodes.has(columns[9] ?? '')) continue;
      const kind = table.startsWith('tcp') ? 'tcp' : 'udp';
      const far = addressOf(remote);
      // 0A: LISTEN. A UDP socket has no such state; unconnected it has no remote address.
      found.push({
        kind,
        local: addressOf(local),
        remote: /^(0\.0\.0\.0|::)$/.test(far) ? null : far,
        listens: kind === 'tcp' && state === '0A',
      });
    }
  return found;
}

/** "0B00007F:22B8" is 127.0.0.11; IPv6 in four little-endian words. */
function addressOf(text: string): string {
  const hex = text.split(':')[0] ?? '';
  const bytes = [...(hex.match(/.{8}/g) ?? [])].flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join('.');
  if (bytes.every((byte) => byte === '00')) return '::';
  const mapped = bytes.slice(0, 10).every((byte) => byte === '00') && bytes[10] === 'FF' && bytes[11] === 'FF';
  if (mapped)
    return bytes
      .slice(12)
      .map((byte) => parseInt(byte, 16))
      .join('.');
  return (bytes.join('').match(/.{4}/g) ?? []).join(':').toLowerCase();
}

function readQuietly(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
