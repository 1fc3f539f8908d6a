/** The one frozen object that the preload exposes to the page, as `window.nightjar`. */
import type { CallArgument, CallName, CallResult } from './calls.ts';
import type { EventName, Events } from './events.ts';
import type { StreamRequest } from './stream.ts';

export interface NightjarApi {
  readonly call: <Name extends CallName>(name: Name, argument: CallArgument<Name>) => Promise<CallResult<Name>>;
  /** Returns the function that ends the listening. */
  readonly on: <Name extends EventName>(name: Name, listener: (value: Events[Name]) => void) => () => void;
  /**
   * Opens a stream. Its MessagePort arrives as a `message` event on the window, from the window itself, with
   * `data = { nightjarStream: id }` and one port, where `id` is what this returns. (A port cannot cross the context
   * bridge.)
   */
  readonly openStream: (request: StreamRequest) => number;
}
