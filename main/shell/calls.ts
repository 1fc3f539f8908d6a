/**
 * Answers one call of the page: is its name one of the contract's, is its argument small enough to look at, does it
 * pass the contract's check; then the handler. Never throws: a handler that throws is a defect, logged once with an
 * id that the page receives. Who may call at all is the bridge's question.
 */
import * as v from 'valibot';
import { callArguments, heavyCalls, type CallName, type Handlers } from '../contract/calls.ts';
import type { CallReply } from '../contract/channels.ts';
import type { WindowName } from '../contract/model.ts';
import { isSmall } from './weight.ts';

/** More calls than any screen makes at once, of each window; a page that floods is refused instead of queued. */
const mostAtOnce = 200;
/** A picture is handed over by a key of the user's: one while another is on its way. */
const mostHeavyAtOnce = 2;

export interface CallDesk {
  /** Settles when the program is open; calls that come before wait for it. */
  handlers: Promise<Handlers>;
  /** Logs a defect and returns its id. */
  defect: (error: unknown, where: string) => string;
}

export class Calls {
  readonly #desk: CallDesk;
  readonly #running: Record<WindowName, number> = { main: 0, second: 0 };
  #heavy = 0;

  constructor(desk: CallDesk) {
    this.#desk = desk;
  }

  async answer(name: unknown, argument: unknown, from: WindowName = 'main'): Promise<CallReply> {
    if (!isCallName(name)) return { refused: 'name' };
    const moreBytes = heavyCalls[name] ?? 0;
    if (!isSmall(argument, moreBytes)) return { refused: 'size' };
    if (moreBytes > 0 && this.#heavy >= mostHeavyAtOnce) return { refused: 'busy' };
    const checked = v.safeParse(callArguments[name], argument);
    if (!checked.success) return { refused: 'argument' };
    if (this.#running[from] >= mostAtOnce) return { refused: 'busy' };
    this.#running[from] += 1;
    if (moreBytes > 0) this.#heavy += 1;
    try {
      const handlers = await this.#desk.handlers;
      // Safe: `checked.output` is the output of this very name's check, which is what its handler takes.
      const handler = handlers[name] as (checkedArgument: unknown, from: WindowName) => Promise<unknown>;
      return { value: await handler(checked.output, from) };
    } catch (error) {
      return { defect: this.#desk.defect(error, `call ${name}`) };
    } finally {
      this.#running[from] -= 1;
      if (moreBytes > 0) this.#heavy -= 1;
    }
  }
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(callArguments, name);
}
