/**
 * Runs in the page's isolated world, before the page, in Chromium's sandbox. Exposes one frozen object,
 * `window.nightjar`: call, on, openStream, and nothing else of Electron. Only names of the contract pass; a call that
 * main refuses or that ends in a defect rejects with 'refused <why>' or 'defect <id>'. Everything that arrives here
 * from the page is checked again in main: this file is a convenience for the page, not the guard.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { callArguments, type CallArgument, type CallName, type CallResult } from './contract/calls.ts';
import { callChannel, eventChannel, streamChannel, type CallReply } from './contract/channels.ts';
import { eventNames, type EventName, type Events } from './contract/events.ts';
import type { NightjarApi } from './contract/preloadApi.ts';
import type { StreamRequest } from './contract/stream.ts';

/** What this file needs of the window; the page's own types are not known to the main process's program. */
declare const window: {
  location: { origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void;
};

type Listener = (value: unknown) => void;
const listeners = new Map<string, Set<Listener>>(eventNames.map((name) => [name, new Set()]));
let streams = 0;

ipcRenderer.on(eventChannel, (_event, name: string, value: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(value);
});

async function call<Name extends CallName>(name: Name, argument: CallArgument<Name>): Promise<CallResult<Name>> {
  if (!Object.hasOwn(callArguments, name)) throw new Error('refused name');
  // Safe: main's bridge answers this channel with nothing but a CallReply.
  const reply = (await ipcRenderer.invoke(callChannel, name, argument).finally(() => wipe(argument))) as CallReply;
  // Safe: the bridge's handler of this name has this result (Handlers in the contract).
  if ('value' in reply) return reply.value as CallResult<Name>;
  throw new Error('defect' in reply ? `defect ${reply.defect}` : `refused ${reply.refused}`);
}

/** Clears a passphrase's bytes in this world; the page clears its own. */
function wipe(argument: unknown): void {
  const parts: unknown[] = typeof argument === 'object' && argument !== null ? Object.values(argument) : [];
  for (const part of parts) if (part instanceof Uint8Array) part.fill(0);
}

function on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void {
  const heard = listeners.get(name);
  if (!heard) throw new Error('refused name');
  // Safe: main sends each event's name with that event's value only.
  const entry: Listener = (value) => listener(value as Events[Name]);
  heard.add(entry);
  return () => {
    heard.delete(entry);
  };
}

function openStream(request: StreamRequest): number {
  const id = ++streams;
  const channel = new MessageChannel();
  ipcRenderer.postMessage(streamChannel, request, [channel.port1]);
  window.postMessage({ nightjarStream: id }, window.location.origin, [channel.port2]);
  return id;
}

const api: NightjarApi = Object.freeze({ call, on, openStream });
contextBridge.exposeInMainWorld('nightjar', api);
