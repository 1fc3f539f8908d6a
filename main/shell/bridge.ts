/**
 * The only raw ipcMain. Lets through one channel of calls and one of streams, from the main frame of our own page in
 * our own window and from nobody else; sends the contract's events to that window. A refused sender learns nothing
 * and reaches nothing. What a call or a stream may hold is checked in calls.ts and streams.ts.
 */
import { ipcMain, type WebContents, type WebFrameMain } from 'electron';
import { callChannel, eventChannel, streamChannel, type CallReply } from '../contract/channels.ts';
import type { EventName, Events } from '../contract/events.ts';
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
  /** The contents of our own window; null while it is closed. */
  ownContents: () => WebContents | null;
}

export function openBridge({ calls, streams, ownContents }: BridgeEnds): void {
  function isOwn(event: Sender): boolean {
    return event.sender === ownContents() && isOwnFrame(event.senderFrame);
  }
  ipcMain.handle(callChannel, async (event, name: unknown, argument: unknown): Promise<CallReply> => {
    return isOwn(event) ? await calls.answer(name, argument) : { refused: 'sender' };
  });
  ipcMain.on(streamChannel, (event, request: unknown) => {
    const [port, ...others] = event.ports;
    if (port && others.length === 0 && isOwn(event)) streams.accept(port, request);
    else for (const each of event.ports) each.close();
  });
}

export function sendEvent<Name extends EventName>(to: WebContents | null, name: Name, value: Events[Name]): void {
  if (to && !to.isDestroyed()) to.send(eventChannel, name, value);
}
