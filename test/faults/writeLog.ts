/**
 * The log of everything that the app's process writes, with every byte: written beside the vault while the app runs, read
 * back to replay it. One entry: its head as a line of JSON, then the bytes of a write.
 */
import { openSync, readFileSync, writeSync } from 'node:fs';
import type { Change, Phase } from './systemCalls.ts';

export interface LogEntry {
  call: number;
  phase: Phase;
  /** Wall time, ms with fractions. */
  atMs: number;
  /** The write's bytes are in the entry of its beginning. */
  change: Change;
}

/** Wall time, ms with fractions. Not the same to the millisecond in another process. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Takes an entry. Synchronous: when it returns, the entry is with the system, which a killed process does not take. */
export function logTo(file: string): (call: number, phase: Phase, change: Change) => void {
  const out = openSync(file, 'a');
  return (call, phase, change) => {
    const data = change.op === 'write' && phase === 'begin' ? change.data : new Uint8Array(0);
    const head = { call, phase, atMs: nowMs(), bytes: data.length, change: { ...change, data: undefined } };
    writeSync(out, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), data]));
  };
}

export function readLog(file: string): LogEntry[] {
  const bytes = readFileSync(file);
  const entries: LogEntry[] = [];
  const writes = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    // Safe: our own head, as above.
    const { bytes: length, ...entry } = JSON.parse(bytes.toString('utf8', at, end)) as LogEntry & { bytes: number };
    if (entry.change.op === 'write') {
      const data = writes.get(entry.call) ?? bytes.subarray(end + 1, end + 1 + length);
      writes.set(entry.call, data);
      entry.change.data = data;
    }
    entries.push(entry);
    at = end + 1 + length;
  }
  return entries;
}
