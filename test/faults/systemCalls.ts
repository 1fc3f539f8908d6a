/**
 * Sees every change that this process makes on a disk, at the boundary to the system: all of node:fs/promises that
 * changes something is wrapped, for every module at once (`syncBuiltinESMExports`). A listener is told before and after
 * each call, in order. That nothing passes by unseen is proved by its reader: the log alone, replayed, must give the
 * very folder that is on the disk (crashedDisk.ts).
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export type Change =
  /** A file or folder was opened; `creates`: it is made when it is not there, `empties`: what it held is gone. */
  | { op: 'open'; path: string; handle: number; creates: boolean; empties: boolean }
  /** `data`: what is written, from `position` on. */
  | { op: 'write'; handle: number; position: number; data: Uint8Array }
  | { op: 'truncate'; handle: number; sizeBytes: number }
  /** Also of a folder. */
  | { op: 'sync'; handle: number }
  | { op: 'rename'; from: string; to: string }
  | { op: 'unlink' | 'mkdir' | 'rmdir'; path: string };

export type Phase = 'begin' | 'end' | 'fail';
type Listener = (call: number, phase: Phase, change: Change) => void;

let listener: Listener = () => undefined;
let calls = 0;
let handles = 0;

type Method = (this: unknown, ...given: unknown[]) => Promise<unknown>;
type Methods = Record<string, Method>;
// Safe: functions of promises, called with what they were called with.
const promises = fs.promises as unknown as Methods;

/** From now on every change is told. Only once in a process. */
export async function watchSystemCalls(told: Listener): Promise<void> {
  listener = told;
  const probe = await fs.promises.open('/dev/null', 'r');
  wrapHandles(Object.getPrototypeOf(probe) as Methods);
  await probe.close();
  wrapPaths();
  syncBuiltinESMExports();
}

function wrapPaths(): void {
  wrap(promises, 'rename', (_self, [from, to]) => ({ op: 'rename', from: text(from), to: text(to) }));
  wrap(promises, 'unlink', (_self, [path]) => ({ op: 'unlink', path: text(path) }));
  wrap(promises, 'rm', (_self, [path]) => ({ op: 'unlink', path: text(path) }));
  wrap(promises, 'mkdir', (_self, [path]) => ({ op: 'mkdir', path: text(path) }));
  wrap(promises, 'rmdir', (_self, [path]) => ({ op: 'rmdir', path: text(path) }));
  for (const name of ['appendFile', 'copyFile', 'cp', 'link', 'symlink', 'truncate']) refuse(promises, name);
  const open = promises['open'];
  if (!open) throw new Error('no open');
  promises['open'] = async function (this: unknown, ...given) {
    const flags = text(given[1] ?? 'r');
    const handle = ++handles;
    const change: Change = {
      ...{ op: 'open', path: text(given[0]), handle },
      creates: /[wa]/.test(flags),
      empties: flags.startsWith('w') && !flags.includes('x'),
    };
    // Safe: what open resolves to is an object.
    const opened = (await told(change, () => open.apply(this, given))) as object;
    handleOf.set(opened, handle);
    return opened;
  };
  // One call in here, four on the disk.
  promises['writeFile'] = async function (path, data, options) {
    const { mode } = (options ?? {}) as { mode?: number };
    const file = await fs.promises.open(text(path), 'w', mode);
    try {
      await file.writeFile(data as Uint8Array);
    } finally {
      await file.close();
    }
  };
}

const handleOf = new WeakMap<object, number>();
const ends = new Map<number, number>();

function wrapHandles(methods: Methods): void {
  const number = (self: unknown): number => handleOf.get(self as object) ?? 0;
  wrap(methods, 'write', (self, [data, offset, length, position]) => {
    const bytes = data as Uint8Array;
    const from = Number(offset ?? 0);
    const written = bytes.slice(from, from + Number(length ?? bytes.length - from));
    const handle = number(self);
    // Without a position it goes on where the last such write ended.
    const at = typeof position === 'number' ? position : (ends.get(handle) ?? 0);
    if (typeof position !== 'number') ends.set(handle, at + written.length);
    return { op: 'write', handle, position: at, data: written };
  });
  wrap(methods, 'writeFile', (self, [data]) => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
    return { op: 'write', handle: number(self), position: 0, data: bytes.slice() };
  });
  wrap(methods, 'truncate', (self, [size]) => ({ op: 'truncate', handle: number(self), sizeBytes: Number(size ?? 0) }));
  wrap(methods, 'sync', (self) => ({ op: 'sync', handle: number(self) }));
  wrap(methods, 'datasync', (self) => ({ op: 'sync', handle: number(self) }));
  for (const name of ['appendFile', 'writev', 'createWriteStream', 'writableWebStream']) refuse(methods, name);
}

function wrap(methods: Methods, name: string, changeOf: (self: unknown, given: unknown[]) => Change): void {
  const original = methods[name];
  if (!original) throw new Error(`no ${name}`);
  methods[name] = function (this: unknown, ...given) {
    return told(changeOf(this, given), () => original.apply(this, given));
  };
}

/** What the program does not use yet, and would pass by unseen. */
function refuse(methods: Methods, name: string): void {
  methods[name] = () => Promise.reject(new Error(`${name} is not followed`));
}

async function told(change: Change, act: () => Promise<unknown>): Promise<unknown> {
  const call = ++calls;
  listener(call, 'begin', change);
  try {
    const value = await act();
    listener(call, 'end', change);
    return value;
  } catch (error) {
    listener(call, 'fail', change);
    throw error;
  }
}

function text(path: unknown): string {
  return Buffer.isBuffer(path) ? path.toString() : String(path);
}
