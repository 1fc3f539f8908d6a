/**
 * The wire between main and one page: puts the preload into its isolated world, hears it by a binding, and delivers to
 * it in order. One delivery is in flight at a time, and whatever gathered meanwhile goes in the next. What is sent while
 * no document listens is dropped, as in Electron.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { directSession } from './directSession.ts';
import { noteCall } from './strict.ts';
import { makeBridge } from './worlds/bridge.ts';
import { makeCodec } from './worlds/codec.ts';
import type { FromPage, ProcessInfo, ToPage } from './worlds/messages.ts';
import { pageWorld } from './worlds/pageWorld.ts';
import { preloadWorld } from './worlds/preloadWorld.ts';

const worldName = 'preload';
const bindingName = 'understudyBinding';

export interface PageLinkPlan {
  page: Page;
  preloadFile: string;
  /** A new document listens; whatever belonged to the one before is gone. */
  onDocument(): void;
  onMessage(message: FromPage): void;
  /** A link or a form of the page wants a window of its own. */
  onWindowWanted(url: string, frameName: string): void;
}

/**
 * Deliveries are at least so far apart; one that comes alone goes at once. Each costs about 0.1 ms of CPU however much it
 * carries, half of it in Chromium. With 400 messages of 2.6 kB a second, on 2 cores: 16 ms apart by Playwright's client
 * 10 ms p50 and 17 % of a core; by the direct session 8 ms apart 5 ms and 15 %, 4 ms apart 3.6 ms and 17 %, at once
 * 0.3 ms and 23 %. A wall of 16 recorded cameras has its pictures on the screen after 28 ms (p95) with 6 ms, 39 with 8.
 */
const leastApartMs = 6;

function pause(ms: number): Promise<void> | undefined {
  return ms <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

export class PageLink {
  readonly #plan: PageLinkPlan;
  readonly #cdp: CDPSession;
  readonly #send: CDPSession['send'];
  /** The main frame's preload world; a child frame has one too, and nobody listens to that. */
  #world: { id: number; uniqueId: string } | null = null;
  #listening: string | null = null;
  #queue: ToPage[] = [];
  #busy = false;

  static async open(plan: PageLinkPlan): Promise<PageLink> {
    const cdp = await plan.page.context().newCDPSession(plan.page);
    const link = new PageLink(plan, cdp);
    await link.#install();
    return link;
  }

  private constructor(plan: PageLinkPlan, cdp: CDPSession) {
    this.#plan = plan;
    this.#cdp = cdp;
    this.#send = directSession(cdp);
  }

  push(message: ToPage): void {
    if (this.#listening === null) {
      noteCall('dropped: no page listens', message.op);
      return;
    }
    this.#queue.push(message);
    if (!this.#busy) void this.#deliver();
  }

  /** The document is gone, and what it has not got is lost. */
  forget(): void {
    this.#listening = null;
    this.#queue = [];
  }

  async #install(): Promise<void> {
    const cdp = this.#cdp;
    const mainFrame = (await cdp.send('Page.getFrameTree')).frameTree.frame.id;
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = { ...context.auxData } as { frameId?: string };
      if (context.name === worldName && frameId === mainFrame) this.#world = context;
    });
    cdp.on('Runtime.executionContextDestroyed', ({ executionContextUniqueId }) => {
      if (executionContextUniqueId === this.#listening) this.forget();
    });
    cdp.on('Runtime.executionContextsCleared', () => this.forget());
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName && executionContextId === this.#world?.id) this.#hear(payload, this.#world.uniqueId);
    });
    cdp.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      if (exceptionDetails.executionContextId !== this.#world?.id) return;
      console.error('[preload]', exceptionDetails.exception?.description ?? exceptionDetails.text);
    });
    cdp.on('Page.windowOpen', ({ url, windowName }) => this.#plan.onWindowWanted(url, windowName));
    await cdp.send('Page.enable');
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', { name: bindingName, executionContextName: worldName });
    for (const script of this.#scripts()) await cdp.send('Page.addScriptToEvaluateOnNewDocument', script);
  }

  #scripts(): { source: string; worldName?: string }[] {
    const { preloadFile } = this.#plan;
    if (!path.isAbsolute(preloadFile)) throw new Error('understudy: preload must be an absolute path');
    if (preloadFile.endsWith('.mjs')) throw new Error('understudy: a sandboxed preload must be CommonJS');
    const preload = readFileSync(preloadFile, 'utf8');
    const info: ProcessInfo = { platform: process.platform, arch: process.arch, versions: { ...process.versions } };
    // Known to both worlds, and taken by both before the page's first script.
    const token = JSON.stringify(randomBytes(12).toString('hex'));
    return [
      { source: `(${String(pageWorld)})(${token},${String(makeBridge)})` },
      {
        worldName,
        source:
          `(${String(preloadWorld)})(${token},${String(makeBridge)},${String(makeCodec)},${JSON.stringify(info)},` +
          `function(require,module,exports,process){${preload}\n})`,
      },
    ];
  }

  #hear(payload: string, world: string): void {
    // Safe: only preloadWorld.ts holds the binding, and it sends nothing else.
    const message = JSON.parse(payload) as FromPage;
    if (message.op === 'hello') {
      this.forget();
      this.#listening = world;
      this.#plan.onDocument();
    } else {
      this.#plan.onMessage(message);
    }
  }

  async #deliver(): Promise<void> {
    this.#busy = true;
    while (this.#queue.length > 0 && this.#listening !== null) {
      const batch = this.#queue;
      this.#queue = [];
      const sentMs = performance.now();
      await this.#send('Runtime.callFunctionOn', {
        functionDeclaration: 'function (batch) { understudyDeliver(batch); }',
        uniqueContextId: this.#listening,
        arguments: [{ value: batch }],
        silent: true,
      }).catch((error: unknown) => noteCall('delivery lost', String(error)));
      await pause(leastApartMs - (performance.now() - sentMs));
    }
    this.#busy = false;
  }
}
