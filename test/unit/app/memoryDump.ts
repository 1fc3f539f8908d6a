/**
 * A dump of everything in a running process's memory, and what of a secret is found in it, in every form that a program
 * makes of one. It is read from /proc/<pid>/mem while the process is stopped: that is what gdb's gcore writes into a core
 * file, and besides what Linux leaves out of core files (memory that was locked or marked for that), without the 9 GB of
 * addresses that V8 only reserves. Linux; the process must be a child of this one.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A secret's forms by their names, each as the bytes that would give it away. */
export type Forms = Record<string, Uint8Array>;

const pieceBytes = 2 ** 20;

/** A text's bytes as they lie in memory: UTF-8, UTF-16, and Base64 at each of its three alignments. */
export function formsOf(name: string, bytes: Uint8Array): Forms {
  const forms: Forms = {
    [`${name}, UTF-8`]: bytes,
    [`${name}, UTF-16`]: Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le'),
  };
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The letters at both ends depend on what stands beside it.
    const inner = encoded.slice(before === 0 ? 0 : 4, Math.floor((before + bytes.byteLength) / 3) * 4);
    forms[`${name}, Base64 at ${before}`] = Buffer.from(inner, 'latin1');
    forms[`${name}, Base64 at ${before}, UTF-16`] = Buffer.from(inner, 'utf16le');
  }
  return forms;
}

/** Stops the process, looks through all that it can read or write, and lets it go on. What was found, and how often. */
export async function searchMemory(processId: number, forms: Forms): Promise<Map<string, number>> {
  process.kill(processId, 'SIGSTOP');
  try {
    while (stateOf(processId) !== 'T') await pause(1);
    return searchAll(processId, forms);
  } finally {
    process.kill(processId, 'SIGCONT');
  }
}

function searchAll(processId: number, forms: Forms): Map<string, number> {
  const found = new Map<string, number>();
  const longest = Math.max(...Object.values(forms).map(({ byteLength }) => byteLength));
  const memory = openSync(`/proc/${processId}/mem`, 'r');
  const piece = Buffer.alloc(pieceBytes + longest - 1);
  const nothing = Buffer.alloc(piece.byteLength);
  try {
    for (const { start, end } of mappings(processId)) {
      for (let at = start; at < end; at += pieceBytes) {
        const bytes = piece.subarray(0, Math.min(piece.byteLength, end - at));
        if (readSync(memory, bytes, 0, bytes.byteLength, at) !== bytes.byteLength)
          throw new Error('the memory did not read');
        if (bytes.equals(nothing.subarray(0, bytes.byteLength))) continue;
        for (const [name, form] of Object.entries(forms)) {
          for (let hit = bytes.indexOf(form); hit >= 0 && hit < pieceBytes; hit = bytes.indexOf(form, hit + 1)) {
            found.set(name, (found.get(name) ?? 0) + 1);
          }
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

/** Everything readable, but for what the kernel keeps to itself. Addresses are below 2^47. */
function mappings(processId: number): { start: number; end: number }[] {
  return readFileSync(`/proc/${processId}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [range = '', rights = '', , , , name = ''] = line.split(/\s+/);
      const [start, end] = range.split('-').map((address) => parseInt(address, 16));
      const kept = rights.startsWith('r') && !/^\[(vvar|vsyscall)/.test(name);
      return kept && start !== undefined && end !== undefined ? [{ start, end }] : [];
    });
}

/** 'T': stopped. */
function stateOf(processId: number): string {
  return /\) (\S)/.exec(readFileSync(`/proc/${processId}/stat`, 'utf8'))?.[1] ?? '';
}
