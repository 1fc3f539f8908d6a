/**
 * The test's door into the main process: over the IPC channel that only a parent which asked for one has. Tells where
 * Chromium can be reached (a named pipe), and evaluates a function with the module `electron`, as Playwright's
 * ElectronApplication does. Without a parent's channel there is no door.
 */
import { app } from './app.ts';
import { stage } from './chromium.ts';
import electron from './electron.ts';

export interface Question {
  id: number;
  source: string;
  argument: unknown;
}

export type Answer = { endpoint: string } | { id: number; value: unknown } | { id: number; failure: string };

export async function openDoor(): Promise<void> {
  if (!process.send) return;
  process.on('message', (question) => void answer(question as Question));
  process.on('disconnect', () => app.quit());
  tell({ endpoint: await stage.bind() });
}

async function answer({ id, source, argument }: Question): Promise<void> {
  try {
    // Evaluated on purpose, and only for the parent that started this process: it is the test.
    const ask = (0, eval)(`(${source})`) as (module: typeof electron, argument: unknown) => unknown;
    tell({ id, value: await ask(electron, argument) });
  } catch (error) {
    tell({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function tell(message: Answer): void {
  process.send?.(message);
}
