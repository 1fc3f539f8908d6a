/**
 * The only raw ipcMain. Lets through one channel of calls and one of streams, from the main frame of our own page in
 * one of our own windows, and tells which one; from nobody else. Sends the contract's events to a window. A refused sender learns nothing
 * and reaches nothing. What a call or a stream may hold is checked in calls.ts and streams.ts.
 */
import { ipcMain, type WebContents, type WebFrameMain } from 'electron';
import { callChannel, eventChannel, streamChannel, type CallReply } from '../contract/channels.ts';
import type { EventName, Events } from '../contract/events.ts';
import type { WindowName } from '../contract/model.ts';
import type { Calls } from './calls.ts';
import { isOwnFrame } from './ownPage.ts';
import type { Streams } from './streams.ts';

interface Sender {
  sender: WebContents;
  senderFrame: WebFrameMain | null;
}

export interface BridgeEnds {
  calls: Calls;
  streams: Streams;
  /** Which of our own windows these contents are; null for any other. */
  windowOf: (contents: WebContents) => WindowName | null;
}

export function openBridge({ calls, streams, windowOf }: BridgeEnds): void {
  function ownWindow(event: Sender): WindowName | null {
    return isOwnFrame(event.senderFrame) ? windowOf(event.sender) : null;
  }
  ipcMain.handle(callChannel, async (event, name: unknown, argument: unknown): Promise<CallReply> => {
    const from = ownWindow(event);
    return from === null ? { refused: 'sender' } : await calls.answer(name, argument, from);
  });
  ipcMain.on(streamChannel, (event, request: unknown) => {
    const [port, ...others] = event.ports;
    const from = ownWindow(event);
    if (port && others.length === 0 && from !== null) streams.accept(port, request, from);
    else for (const each of event.ports) each.close();
  });
}

export function sendEvent<Name extends EventName>(to: WebContents, name: Name, value: Events[Name]): void {
  if (!to.isDestroyed()) to.send(eventChannel, name, value);
}
