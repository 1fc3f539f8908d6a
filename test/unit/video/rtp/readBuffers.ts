/** Payloads as they come from a socket, each a view of a read buffer of its own; and how many of those somebody holds. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// With this flag V8 gives every new context that function.
const collect = runInNewContext('gc') as () => void;

export class ReadBuffers {
  readonly #all: WeakRef<ArrayBuffer>[] = [];

  read(payload: ArrayLike<number>): Uint8Array {
    const bytes = new Uint8Array(65_536);
    bytes.set(payload);
    this.#all.push(new WeakRef(bytes.buffer));
    return bytes.subarray(0, payload.length);
  }

  /** How many are not gone when everything that nobody holds is. */
  async held(): Promise<number> {
    // A weak reference holds what it names until the task that made it is over.
    await turn();
    collect();
    return this.#all.filter((buffer) => buffer.deref() !== undefined).length;
  }
}
