/**
 * Runs an Electron main module on Node and Chromium: `node build/understudy/run.ts out/app/main/index.js [arguments]`.
 * Puts the stand-in in the place of the module `electron`, fences the crypto that BoringSSL lacks, evaluates the entry,
 * starts Chromium with the switches that the entry asked for, and only then is 'ready'.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fenceCrypto } from './boringSsl.ts';

const standIn = new URL('./electron.ts', import.meta.url).href;
registerHooks({
  resolve(specifier, context, next) {
    const isElectron = specifier === 'electron' || specifier === 'electron/main';
    return isElectron ? { url: standIn, format: 'module-typescript', shortCircuit: true } : next(specifier, context);
  },
});

const [, , wanted] = process.argv;
if (wanted === undefined) throw new Error('understudy: which main module?');
const entry = path.resolve(wanted);
process.argv.splice(1, 2, entry);

const electronPackage = new URL('../../node_modules/electron/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(electronPackage, 'utf8')) as { version: string };
for (const name of ['electron', 'understudy']) {
  Object.defineProperty(process.versions, name, { value: version, enumerable: true });
}
Object.defineProperty(process, 'type', { value: 'browser' });
fenceCrypto();

const { app, appendedSwitches } = await import('./app.ts');
const { stage } = await import('./chromium.ts');
const { openDoor } = await import('./door.ts');

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit());
app.describe(entry);
await import(pathToFileURL(entry).href);
await stage.open(appendedSwitches());
await openDoor();
app.becomeReady();
