/**
 * The shortest way to one page of Chromium that Playwright has in this process: its server's session, which writes to
 * the pipe at once. The client's session that Playwright gives out puts two queues, a check of every value and a saved
 * stack before it, 0.3 ms of CPU for each message. Not part of Playwright's promises, so its shape is looked at, and
 * where it is another one the client's session is used.
 */
import type { CDPSession } from 'playwright-core';

/** Sends a command as the session's own `send` does. */
export function directSession(session: CDPSession): CDPSession['send'] {
  const connection = member(session, '_connection');
  const toImpl = member(connection, 'toImpl');
  const served = typeof toImpl === 'function' ? member(Reflect.apply(toImpl, connection, [session]), '_session') : null;
  const send = member(served, 'send');
  if (typeof send !== 'function') return (method, parameters) => session.send(method, parameters);
  // Safe: it is what the session's own `send` ends in, with the same answers.
  return (method, parameters) => Promise.resolve(Reflect.apply(send, served, [method, parameters]) as never);
}

function member(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? (Reflect.get(holder, name) as unknown) : null;
}
