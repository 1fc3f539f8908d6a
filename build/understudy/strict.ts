/**
 * The tripwires. What the understudy does not perform throws when it is touched, instead of answering `undefined` as
 * JavaScript would; what it only takes note of is written down for tests. Nothing here ever pretends.
 */
import { EventEmitter } from 'node:events';

export interface NotedCall {
  what: string;
  args: unknown[];
}

/** Calls on parts that have no effect here, in order. Tests read them as `globalThis.understudyCalls`. */
export const notedCalls: NotedCall[] = [];
Object.defineProperty(globalThis, 'understudyCalls', { value: notedCalls });

export function noteCall(what: string, ...args: unknown[]): void {
  notedCalls.push({ what, args });
  // A day's run must not fill the memory with notes.
  if (notedCalls.length > 2000) notedCalls.shift();
}

export function notPerformed(what: string): never {
  throw new Error(`understudy: ${what} is not performed`);
}

/** Asked for by await, JSON and Node itself, of any object at all. */
const harmless = new Set(['then', 'toJSON', 'domain', 'constructor']);

function isHarmless(key: string | symbol): boolean {
  return typeof key === 'symbol' || harmless.has(key) || key.startsWith('_');
}

/** A module of Electron's: members that it lacks throw when they are read, and none can be added. */
export function strictModule<Members extends object>(name: string, members: Members): Members {
  return new Proxy(members, {
    get(target, key, receiver) {
      if (key in target || isHarmless(key)) return Reflect.get(target, key, receiver) as unknown;
      return notPerformed(`${name}.${String(key)}`);
    },
    set(target, key, value, receiver) {
      if (!(key in target)) notPerformed(`${name}.${String(key)} =`);
      return Reflect.set(target, key, value, receiver);
    },
  });
}

/**
 * Base of Electron's classes. Its prototype chain ends in a tripwire, so that private fields and identity work as in
 * any class (a Proxy round the object itself would break both).
 */
export class StrictEmitter extends EventEmitter {}

Object.setPrototypeOf(
  StrictEmitter.prototype,
  new Proxy(EventEmitter.prototype, {
    getPrototypeOf: (target) => target,
    get(target, key, receiver: object) {
      if (key in target || isHarmless(key)) return Reflect.get(target, key, receiver) as unknown;
      return notPerformed(`${receiver.constructor.name}.${String(key)}`);
    },
    set(target, key, value, receiver: object) {
      if (!(key in target) && !isHarmless(key)) notPerformed(`${receiver.constructor.name}.${String(key)} =`);
      return Reflect.set(target, key, value, receiver);
    },
  }),
);

/** The event object that Electron hands to listeners who may refuse. */
export interface Refusable {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

export function refusable<Details extends object>(details: Details): Details & Refusable {
  let prevented = false;
  return Object.defineProperty(
    Object.assign({}, details, {
      defaultPrevented: false,
      preventDefault: () => {
        prevented = true;
      },
    }),
    'defaultPrevented',
    { get: () => prevented },
  );
}
