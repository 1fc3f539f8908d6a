/**
 * The test's side: starts an app in the understudy and answers with the part of Playwright's ElectronApplication that
 * the journeys use, under the same names. The pages are real Playwright pages, reached over a named pipe.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Answer, Question } from './door.ts';

export interface AppUnderTest {
  firstWindow(): Promise<Page>;
  windows(): Page[];
  /** Runs in the main process, with the module `electron`; arguments and result are cloned. */
  evaluate<Result, Argument>(
    ask: (electron: typeof Electron.CrossProcessExports, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result>;
  process(): ChildProcess;
  /** Quits the app in order and waits for its end. */
  close(): Promise<void>;
  waitForEvent(event: 'close'): Promise<void>;
}

export interface LaunchPlan {
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
}

const startDeadlineMs = 30_000;
const closeDeadlineMs = 20_000;
const run = path.join(import.meta.dirname, 'run.ts');
const node = path.join(import.meta.dirname, '../../node_modules/.bin/node');

export async function launch(plan: LaunchPlan): Promise<AppUnderTest> {
  // The onvif library asks Node's old reader of addresses; whoever runs a journey cannot do anything about it.
  const child = spawn(node, ['--disable-warning=DEP0169', run, ...plan.args], {
    ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
    env: { ...process.env, ...plan.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const door = new Door(child);
  const browser = await within(startDeadlineMs, 'the app to start', door.endpoint).then(
    (endpoint) => chromium.connect(endpoint),
    async (error: unknown) => {
      child.kill('SIGKILL');
      await ended;
      throw error;
    },
  );
  return {
    windows: () => pages(browser),
    firstWindow: () => firstPage(browser),
    evaluate: (ask, argument) => door.ask(String(ask), argument) as Promise<never>,
    process: () => child,
    waitForEvent: () => ended,
    async close() {
      if (child.exitCode === null && child.connected)
        await door.ask('({ app }) => app.quit()', null).catch(() => undefined);
      await within(closeDeadlineMs, 'the app to end', ended).finally(() => child.kill('SIGKILL'));
      await browser.close().catch(() => undefined);
    },
  };
}

function pages(browser: Browser): Page[] {
  return browser.contexts().flatMap((context) => context.pages());
}

async function firstPage(browser: Browser): Promise<Page> {
  const deadlineMs = performance.now() + startDeadlineMs;
  while (performance.now() < deadlineMs) {
    const page = pages(browser).find((each) => each.url() !== 'about:blank');
    if (page) {
      await page.waitForLoadState('domcontentloaded');
      return page;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('understudy: no window');
}

/** Questions to the main process, and where its Chromium is. */
class Door {
  readonly endpoint: Promise<string>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    const endpoint = Promise.withResolvers<string>();
    this.endpoint = endpoint.promise;
    child.on('message', (message) => {
      const answer = message as Answer;
      if ('endpoint' in answer) endpoint.resolve(answer.endpoint);
      else this.#settle(answer);
    });
    child.once('exit', (code, signal) => {
      const error = new Error(`understudy: the app ended (${signal ?? String(code)})`);
      endpoint.reject(error);
      for (const each of this.#waiting.values()) each.reject(error);
      this.#waiting.clear();
    });
  }

  ask(source: string, argument: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const question: Question = { id: ++this.#lastId, source, argument };
      this.#waiting.set(question.id, { resolve, reject });
      this.#child.send(question);
    });
  }

  #settle(answer: Exclude<Answer, { endpoint: string }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(new Error(answer.failure));
    else waiting?.resolve(answer.value);
  }
}

async function within<Value>(deadlineMs: number, what: string, promise: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`understudy: waited too long for ${what}`)), deadlineMs);
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
