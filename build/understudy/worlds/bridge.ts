/**
 * The context bridge: copies values and lends functions and promises between the page's own world and the preload's,
 * synchronously, by document events under a random name. Chromium clones the detail of a CustomEvent per world, so no
 * object is ever shared. Runs in both worlds by its source and closes over nothing.
 */

export interface Bridge {
  pack(value: unknown): unknown;
  unpack(packed: unknown): unknown;
  tell(kind: string, detail: unknown): void;
  on(kind: string, listener: (detail: unknown) => void): void;
}

/** `token` is known to both worlds and to no page script: the page's world takes it before the page runs. */
export function makeBridge(token: string, me: 'page' | 'preload', peer: 'page' | 'preload'): Bridge {
  type AnyFunction = (...args: unknown[]) => unknown;
  type Packed =
    | { is: 'function' | 'promise'; id: number }
    | { is: 'error'; name: string; message: string }
    | { is: 'list'; items: Packed[] }
    | { is: 'object'; entries: [string, Packed][] }
    | { is: 'value'; value: unknown };
  type Settling = { resolve(value: unknown): void; reject(error: unknown): void };

  // Safe: this runs in a page only, where the global scope has a document.
  const { document: page } = globalThis as unknown as { document: EventTarget };
  const listen = page.addEventListener.bind(page);
  const dispatch = page.dispatchEvent.bind(page);
  const OwnCustomEvent = CustomEvent;
  const lent = new Map<number, AnyFunction>();
  const lentId = new WeakMap<AnyFunction, number>();
  const borrowed = new Map<number, AnyFunction>();
  const awaited = new Map<number, Settling>();
  let lastId = 0;
  let answer: [ok: boolean, value: Packed] | null | undefined;

  function tell(kind: string, detail: unknown): void {
    dispatch(new OwnCustomEvent(token + peer + kind, { detail }));
  }

  function on(kind: string, listener: (detail: unknown) => void): void {
    // Safe: only `tell` of the other world sends events of this name.
    listen(token + me + kind, (event) => listener((event as CustomEvent<unknown>).detail));
  }

  function lend(value: AnyFunction): number {
    const id = lentId.get(value) ?? ++lastId;
    lentId.set(value, id);
    lent.set(id, value);
    return id;
  }

  function pack(value: unknown): Packed {
    // Safe: whatever is of type 'function' can be called with anything.
    if (typeof value === 'function') return { is: 'function', id: lend(value as AnyFunction) };
    if (value instanceof Promise) {
      const id = ++lastId;
      value.then(
        (result) => tell('settled', [id, true, pack(result)]),
        (error: unknown) => tell('settled', [id, false, pack(error)]),
      );
      return { is: 'promise', id };
    }
    if (value instanceof Error) return { is: 'error', name: value.name, message: value.message };
    if (Array.isArray(value)) return { is: 'list', items: value.map(pack) };
    if (typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]') {
      return { is: 'object', entries: Object.entries(value).map(([key, each]) => [key, pack(each)]) };
    }
    return { is: 'value', value };
  }

  function callAcross(id: number, args: unknown[]): unknown {
    answer = undefined;
    tell('call', [id, args.map(pack)]);
    const got = answer as [ok: boolean, value: Packed] | null | undefined;
    answer = undefined;
    if (!got) throw new TypeError('contextBridge: a value could not be cloned');
    const value = unpack(got[1]);
    if (!got[0]) throw value;
    return value;
  }

  function borrow(id: number): AnyFunction {
    const known = borrowed.get(id);
    if (known) return known;
    const proxy: AnyFunction = (...args) => callAcross(id, args);
    borrowed.set(id, proxy);
    return proxy;
  }

  function unpack(packed: Packed): unknown {
    switch (packed.is) {
      case 'function':
        return borrow(packed.id);
      case 'promise':
        return new Promise((resolve, reject) => awaited.set(packed.id, { resolve, reject }));
      case 'error':
        return Object.assign(new Error(packed.message), packed.name === 'Error' ? {} : { name: packed.name });
      case 'list':
        return packed.items.map(unpack);
      case 'object':
        return Object.fromEntries(packed.entries.map(([key, each]) => [key, unpack(each)]));
      case 'value':
        return packed.value;
    }
  }

  on('call', (detail) => {
    // null: an argument could not be cloned between the worlds. The caller throws.
    if (detail === null) return;
    const [id, args] = detail as [number, Packed[]];
    try {
      tell('answer', [true, pack(lent.get(id)?.(...args.map(unpack)))]);
    } catch (error) {
      tell('answer', [false, pack(error)]);
    }
  });
  on('answer', (detail) => {
    answer = detail as typeof answer;
  });
  on('settled', (detail) => {
    const [id, ok, value] = detail as [number, boolean, Packed];
    const settling = awaited.get(id);
    awaited.delete(id);
    if (ok) settling?.resolve(unpack(value));
    else settling?.reject(unpack(value));
  });
  return { pack, unpack: (packed) => unpack(packed as Packed), tell, on };
}
