// Makes this checkout ready to run, then runs what it was asked to: `node build/setup/setup.mjs [script.ts] [args…]`.
// Runs on the Node that is there (20 or later) and needs nothing installed. Each step looks at what is really there
// and does only what is missing, so a run that was cut off is carried on by the next. The ordinary way (a download)
// comes first; where it cannot be had, which is decided within 10 s, the system's own packages serve instead.
// Never touches anything outside this folder, except that it installs missing Debian packages and says which.
import { installPackages } from './packages.mjs';
import { installDependencies, readyNode, readySodium, nodeProgram } from './dependencies.mjs';
import { readyKeytar } from './keytar.mjs';
import { readyElectron, readyFfmpeg, readyChromium } from './programs.mjs';
import { say, stop, run } from './say.mjs';

const [script = '', ...rest] = process.argv.slice(2);
const forTests = script.endsWith('test.ts') || script.includes('bench') || script.includes('faults');

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) stop(`Nightjar needs Node 20 or later to set itself up; this is Node ${process.versions.node}.`);

const began = Date.now();
await installDependencies();
await readyNode();
readySodium();
const electron = await readyElectron();
await installPackages({ electron, forTests });
await readyKeytar();
await readyFfmpeg();
if (!electron) readyChromium();
say('ready', `${((Date.now() - began) / 1000).toFixed(1)} s`);

if (script) process.exitCode = await run(nodeProgram(), [script, ...rest]);
