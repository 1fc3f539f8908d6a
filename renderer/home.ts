/**
 * The page's only door to the main process: the contract's calls, events and streams, typed. A problem comes back as a
 * value; what rejects is a defect. Leaves the meaning of every answer to state/ and live/.
 */
import type { CallArgument, CallName, CallResult } from '../main/contract/calls.ts';
import type { EventName, Events } from '../main/contract/events.ts';
import type { StreamRequest } from '../main/contract/stream.ts';

/** Calls without an argument are called without one. */
type ArgumentOf<Name extends CallName> = CallArgument<Name> extends undefined ? [] : [argument: CallArgument<Name>];

/** How long a port may take to arrive after it was asked for. */
const portDeadlineMs = 10_000;

export function call<Name extends CallName>(name: Name, ...argument: ArgumentOf<Name>): Promise<CallResult<Name>> {
  return window.nightjar.call(name, argument[0]);
}

/** Returns the function that ends the listening. */
export function on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void {
  return window.nightjar.on(name, listener);
}

/** Where a port goes when it arrives, by the number of its stream. */
const awaited = new Map<number, (port: MessagePort) => void>();

function receivePort(event: MessageEvent<unknown>): void {
  if (event.source !== window || typeof event.data !== 'object' || event.data === null) return;
  const id = 'nightjarStream' in event.data ? event.data.nightjarStream : null;
  const port = event.ports[0];
  if (typeof id !== 'number' || port === undefined) return;
  const take = awaited.get(id);
  awaited.delete(id);
  if (take === undefined) port.close();
  else take(port);
}

window.addEventListener('message', receivePort);

/**
 * Opens a stream and waits for its port, which is the caller's to close. Rejects when it was given up or when no port
 * came in time; a port that comes later than that is closed.
 */
export function openStream(request: StreamRequest, signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const gaveUp = AbortSignal.any([signal, AbortSignal.timeout(portDeadlineMs)]);
    if (gaveUp.aborted) {
      reject(new Error('The stream was given up before it was asked for.'));
      return;
    }
    const id = window.nightjar.openStream(request);
    const stop = (): void => {
      awaited.set(id, (port) => port.close());
      reject(new Error('The stream was given up, or its port did not come in time.'));
    };
    gaveUp.addEventListener('abort', stop, { once: true });
    awaited.set(id, (port) => {
      gaveUp.removeEventListener('abort', stop);
      resolve(port);
    });
  });
}
