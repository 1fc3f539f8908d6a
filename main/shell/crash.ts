/**
 * What happens when something breaks: it is logged once as a defect, and recording goes on. A page whose process died
 * is loaded again, at most three times a minute; after that the window stays as it is and the user is told by the
 * window's absence of pictures, not by a loop of crashes. Never ends the process itself.
 */
import { app, type WebContents } from 'electron';

type Defect = (error: unknown, where: string) => string;

const reloadsAMinute = 3;

/** From the first line of the program on. */
export function catchDefects(defect: Defect): void {
  process.on('uncaughtException', (error) => defect(error, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => defect(reason, 'unhandled rejection'));
  app.on('child-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') {
      defect(new Error(`${details.type} process gone: ${details.reason}, code ${details.exitCode}`), 'child process');
    }
  });
}

export function reloadAfterCrash(contents: WebContents, defect: Defect): void {
  const reloadedMs: number[] = [];
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    defect(new Error(`page's process gone: ${reason}, code ${exitCode}`), 'page');
    const nowMs = performance.now();
    const recent = reloadedMs.filter((atMs) => nowMs - atMs < 60_000);
    reloadedMs.splice(0, reloadedMs.length, ...recent);
    if (recent.length >= reloadsAMinute) return;
    reloadedMs.push(nowMs);
    // Not inside the event: the frame tree is being torn down there.
    setImmediate(() => {
      if (!contents.isDestroyed()) contents.reload();
    });
  });
}
