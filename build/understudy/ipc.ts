/**
 * ipcMain: handlers for `invoke`, listeners for `send`. One handler a channel, as in Electron. Synchronous messages
 * are not performed: the page's side has no `sendSync`.
 */
import type { IpcMain } from 'electron';
import { StrictEmitter } from './strict.ts';

type Handler = Parameters<IpcMain['handle']>[1];

class StandInIpcMain extends StrictEmitter implements Pick<IpcMain, 'handle' | 'removeHandler'> {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  /** What a page's `invoke` resolves to, or rejects with. */
  async invoke(channel: string, event: Parameters<Handler>[0], args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    // Safe: a handler's answer is encoded by the codec, which refuses what cannot cross.
    return (await handler(event, ...args)) as unknown;
  }
}

export const ipcMain = new StandInIpcMain();
