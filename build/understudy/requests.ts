/**
 * Answers every request of a page, so that none reaches the network: navigation is put to the app's will-navigate, then
 * the session's request filter, then the protocol handler of its scheme. What no handler answers is refused and noted.
 */
import type { Request as PageRequest, Route } from 'playwright-core';
import { toApp } from './addresses.ts';
import type { StandInSession } from './session.ts';
import { noteCall, notPerformed } from './strict.ts';

export interface Asker {
  session: StandInSession;
  /** False when the app refuses this navigation. */
  mayNavigate(url: string, isMainFrame: boolean): boolean;
  /** The main frame goes to another document. */
  startNavigation(url: string): void;
}

const resourceTypes: Readonly<Record<string, string>> = {
  stylesheet: 'stylesheet',
  script: 'script',
  image: 'image',
  font: 'font',
  media: 'media',
  xhr: 'xhr',
  fetch: 'xhr',
  ping: 'ping',
  cspviolationreport: 'cspReport',
  websocket: 'webSocket',
};

let requests = 0;

export async function answerRequest(route: Route, asker: Asker): Promise<void> {
  const request = route.request();
  const url = toApp(request.url());
  const isMainFrame = request.isNavigationRequest() && request.frame().parentFrame() === null;
  if (request.isNavigationRequest() && !asker.mayNavigate(url, isMainFrame)) {
    await route.abort('aborted');
    return;
  }
  if (!(await asker.session.mayRequest(describe(request, url, isMainFrame)))) {
    noteCall('request cancelled', url);
    await route.abort('blockedbyclient');
    return;
  }
  const handler = asker.session.handlers.get(new URL(url).protocol.slice(0, -1));
  if (!handler) {
    noteCall('request refused', url);
    await route.abort('blockedbyclient');
    return;
  }
  if (isMainFrame) asker.startNavigation(url);
  try {
    const answer = await handler(asRequest(request, url));
    if (answer.status >= 300 && answer.status < 400) notPerformed('a redirect by a protocol handler');
    const body = Buffer.from(await answer.arrayBuffer());
    await route.fulfill({ status: answer.status, headers: Object.fromEntries(answer.headers), body });
  } catch (error) {
    noteCall('protocol handler failed', String(error));
    // Gone already when the page was closed meanwhile.
    await route.abort('failed').catch(() => undefined);
  }
}

function asRequest(request: PageRequest, url: string): Request {
  const body = request.postDataBuffer();
  return new Request(url, {
    method: request.method(),
    headers: request.headers(),
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
}

function describe(request: PageRequest, url: string, isMainFrame: boolean) {
  const subFrame = request.isNavigationRequest() ? 'subFrame' : (resourceTypes[request.resourceType()] ?? 'other');
  return {
    id: ++requests,
    url,
    method: request.method(),
    resourceType: isMainFrame ? 'mainFrame' : subFrame,
    referrer: '',
    timestamp: Date.now(),
  };
}
