/**
 * Answers the scripts of a page's worklets as every other request. Chromium announces them outside of the network's own
 * numbering, and what has no number Playwright lets go, to an address that is none. Those that have one go on to
 * Playwright.
 */
import type { Page } from 'playwright-core';
import { toApp } from './addresses.ts';
import type { StandInSession } from './session.ts';
import { noteCall } from './strict.ts';

export async function answerWorklets(page: Page, session: StandInSession): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  devtools.on('Fetch.requestPaused', ({ requestId, networkId, request }) => {
    const done =
      networkId === undefined
        ? scriptAt(toApp(request.url), request.method, session).then((script) =>
            script === null
              ? devtools.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
              : devtools.send('Fetch.fulfillRequest', { requestId, ...script }),
          )
        : devtools.send('Fetch.continueRequest', { requestId });
    done.catch((error: unknown) => noteCall('request of a page that is gone', String(error)));
  });
  await devtools.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Script' }] });
}

interface Script {
  responseCode: number;
  responseHeaders: { name: string; value: string }[];
  body: string;
}

/** null when the app refuses the request, or has no answer. */
async function scriptAt(url: string, method: string, session: StandInSession): Promise<Script | null> {
  const asked = { id: 0, url, method, resourceType: 'script', referrer: '', timestamp: Date.now() };
  const handler = session.handlers.get(new URL(url).protocol.slice(0, -1));
  if (!handler || !(await session.mayRequest(asked))) {
    noteCall('request refused', url);
    return null;
  }
  try {
    const answer = await handler(new Request(url, { method }));
    return {
      responseCode: answer.status,
      responseHeaders: [...answer.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await answer.arrayBuffer()).toString('base64'),
    };
  } catch (error) {
    noteCall('protocol handler failed', String(error));
    return null;
  }
}
