/**
 * Runs in the isolated world, before any script of the page: the `electron` module as a sandboxed preload gets it
 * (ipcRenderer, contextBridge and nothing else; what it lacks throws), then the preload itself as CommonJS. Ports that
 * cross to main are kept here and answered over the wire. Closes over nothing but its arguments.
 */
import type { makeBridge } from './bridge.ts';
import type { makeCodec } from './codec.ts';
import type { FromPage, ProcessInfo, ToPage } from './messages.ts';

type Preload = (require: (name: string) => unknown, module: object, exports: object, process: object) => void;

export function preloadWorld(
  token: string,
  bridgeMaker: typeof makeBridge,
  codecMaker: typeof makeCodec,
  info: ProcessInfo,
  preload: Preload,
): void {
  type Without<Message> = Message extends unknown ? Omit<Message, 'address' | 'document'> : never;
  type Heard = (event: object, ...args: unknown[]) => void;
  interface PagePort {
    onmessage: ((event: { data: unknown; ports: readonly PagePort[] }) => void) | null;
    onclose: (() => void) | null;
    postMessage(value: unknown, transfer: unknown[]): void;
    close(): void;
  }
  interface World {
    top: unknown;
    location: { href: string; protocol: string };
    understudyBinding?: (text: string) => void;
    understudyDeliver?: (batch: ToPage[]) => void;
    MessageChannel: new () => { port1: PagePort; port2: PagePort };
    MessagePort: new () => PagePort;
    crypto: { randomUUID(): string };
  }
  // Safe: this runs in a page only, where the global scope has these.
  const world = globalThis as unknown as World;
  if (world !== world.top || world.location.protocol !== 'https:') return;
  const binding = world.understudyBinding;
  delete world.understudyBinding;
  if (!binding) return;

  const codec = codecMaker({
    // Safe: Chromium 140 and later have both; the understudy runs on no other.
    toBase64: (bytes) => (bytes as unknown as { toBase64(): string }).toBase64(),
    fromBase64: (text) =>
      (Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }).fromBase64(text),
    refuse: (message) => {
      throw new DOMException(message, 'DataCloneError');
    },
  });
  const document = world.crypto.randomUUID();
  const listeners = new Map<string, Heard[]>();
  const awaited = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const ports = new Map<string, PagePort>();
  let lastInvoke = 0;
  let lastPort = 0;

  function send(message: Without<FromPage>): void {
    binding?.(JSON.stringify({ ...message, address: world.location.href, document }));
  }

  function adopt(id: string, port: PagePort): void {
    ports.set(id, port);
    port.onmessage = (event) => {
      send({ op: 'port', id, value: codec.encode(event.data), ports: event.ports.map(take) });
    };
    port.onclose = () => {
      if (ports.delete(id)) send({ op: 'portClosed', id });
    };
  }

  /** A port that leaves for main: its other end stays in the page. */
  function take(port: unknown): string {
    if (!(port instanceof world.MessagePort)) throw new TypeError('Invalid value for transfer');
    const id = `page${++lastPort}`;
    adopt(id, port);
    return id;
  }

  /** A port that came from main. */
  function give(id: string): PagePort {
    const channel = new world.MessageChannel();
    adopt(id, channel.port1);
    return channel.port2;
  }

  function deliver(message: ToPage): void {
    switch (message.op) {
      case 'ipc': {
        const event = { sender: ipcRenderer, ports: message.ports.map(give) };
        const args = codec.decode(message.args) as unknown[];
        for (const listener of [...(listeners.get(message.channel) ?? [])]) listener(event, ...args);
        break;
      }
      case 'reply':
        awaited.get(message.id)?.resolve(codec.decode(message.value));
        awaited.delete(message.id);
        break;
      case 'failed':
        awaited.get(message.id)?.reject(new Error(message.message));
        awaited.delete(message.id);
        break;
      case 'port': {
        const value = codec.decode(message.value);
        const moved: unknown[] = message.ports.map(give);
        // Moved, not copied once more: 400 frames a second pass here.
        if (value instanceof Uint8Array) moved.push(value.buffer);
        ports.get(message.id)?.postMessage(value, moved);
        break;
      }
      case 'portClosed':
        ports.get(message.id)?.close();
        ports.delete(message.id);
    }
  }
  world.understudyDeliver = (batch) => {
    for (const message of batch) {
      try {
        deliver(message);
      } catch (error) {
        // One listener's failure is its own, as in Electron: the rest of the batch goes on.
        setTimeout(() => {
          throw error;
        });
      }
    }
  };

  function strict<Members extends object>(name: string, members: Members): Members {
    return new Proxy(members, {
      get(target, key) {
        if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key) as unknown;
        throw new Error(`understudy: ${name}.${key} is not performed`);
      },
    });
  }

  const ipcRenderer = strict('ipcRenderer', {
    on(channel: string, listener: Heard) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel: string, listener: Heard) {
      const left = (listeners.get(channel) ?? []).filter((each) => each !== listener);
      listeners.set(channel, left);
      return ipcRenderer;
    },
    send(channel: string, ...args: unknown[]) {
      send({ op: 'send', channel, args: codec.encode(args), ports: [] });
    },
    postMessage(channel: string, value: unknown, transfer: unknown[] = []) {
      send({ op: 'send', channel, args: codec.encode([value]), ports: transfer.map(take) });
    },
    invoke(channel: string, ...args: unknown[]) {
      const encoded = codec.encode(args);
      return new Promise((resolve, reject) => {
        const id = ++lastInvoke;
        awaited.set(id, { resolve, reject });
        send({ op: 'invoke', id, channel, args: encoded });
      });
    },
  }) as object;

  const bridge = bridgeMaker(token, 'preload', 'page');
  const exposed = new Set<string>();
  const early: [string, unknown][] = [];
  let pageReady = false;
  bridge.on('ready', () => {
    pageReady = true;
    for (const each of early.splice(0)) bridge.tell('expose', each);
  });
  bridge.on('open', (detail) => {
    const [wanted, frameName] = detail as [string, string];
    send({ op: 'open', wanted, frameName });
  });
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld(key: string, api: unknown) {
      if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object');
      exposed.add(key);
      const packed: [string, unknown] = [key, bridge.pack(api)];
      if (pageReady) bridge.tell('expose', packed);
      else early.push(packed);
    },
  });
  const electron = strict('electron (in a sandboxed preload)', { ipcRenderer, contextBridge });

  function require(name: string): unknown {
    if (name === 'electron' || name === 'electron/renderer') return electron;
    throw new Error(`module not found: ${name}`);
  }
  send({ op: 'hello' });
  bridge.tell('hello', 1);
  const module = { exports: {} };
  const process = { ...info, env: {}, argv: [], type: 'renderer', sandboxed: true, contextIsolated: true };
  preload(require, module, module.exports, process);
}
