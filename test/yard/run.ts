/**
 * The yard as a process of its own: `node test/yard/run.ts --cameras 4 [--no-discovery] [--first-address 11] [--changes]`.
 * With --changes the first line of standard input is a JSON array: what to change about each default plan (so that a
 * test's passwords need not be arguments). Prints one JSON line with the cameras when they run. With --only-clips it
 * makes the clips that the cameras need (some seconds each, once) and ends.
 *
 * Then each line on standard input is a command, and each is answered by one JSON line, `{"ok":true, ...}` or
 * `{"ok":false,"reason":"..."}`:
 *
 *   {"camera":0,"fault":{"freeze":true}}   {"camera":0,"fault":null}   {"camera":1,"reboot":true,"forMs":2000}
 *   {"camera":1,"motion":true}             {"pushed":true,"sinceMs":1790000000000}
 *   {"camera":0,"head":true}               {"camera":1,"input":true}              {"camera":0,"asked":true}
 *
 * `pushed` answers with [frame number, epoch ms] pairs of each stream, and of each of its viewers; `head` with where it
 * points, whether it moves, and what it was told; `asked` with when somebody connected to its RTSP port (epoch ms);
 * `motion` with how many have subscribed to it. Ends with its standard input or by SIGTERM.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { CameraPlan, Fault } from './plans.ts';
import { defaultPlans, startYard, type Yard } from './yard.ts';

interface Command {
  camera?: number;
  fault?: Fault | null;
  reboot?: boolean;
  forMs?: number;
  motion?: boolean;
  input?: boolean;
  head?: boolean;
  asked?: boolean;
  pushed?: boolean;
  sinceMs?: number;
}

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '4' },
    'first-address': { type: 'string', default: '11' },
    'no-discovery': { type: 'boolean', default: false },
    changes: { type: 'boolean', default: false },
    'only-clips': { type: 'boolean', default: false },
  },
});

const ending = new AbortController();
process.on('SIGTERM', () => ending.abort());
process.on('SIGINT', () => ending.abort());

const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
const plans = defaultPlans(Number(values.cameras));
const yard = await startYard({
  cameras: values.changes ? changed(plans, await nextLine()) : plans,
  discovery: !values['no-discovery'],
  firstAddress: Number(values['first-address']),
  signal: ending.signal,
});
say({
  cameras: yard.cameras.map(({ name, host, onvifPort, rtspPort, user, password, plan }) => ({
    name,
    host,
    onvifPort,
    rtspPort,
    user,
    password,
    mainPath: plan.main.path,
    subPath: plan.sub?.path ?? null,
  })),
});

ending.signal.addEventListener('abort', () => {
  input.close();
  process.stdin.destroy();
});
if (values['only-clips']) ending.abort();
for (let line = await nextLine(); line !== null; line = await nextLine()) {
  if (line.trim() !== '') say(await obey(yard, line));
}
await yard.stop();

/** null at the end of standard input. */
async function nextLine(): Promise<string | null> {
  const next = await lines.next();
  return next.done ? null : next.value;
}

/** The plans with a test's own changes; those of its parts are laid over the parts. */
function changed(before: CameraPlan[], line: string | null): CameraPlan[] {
  // A test's own line, in the form that this file's header says.
  const changes = JSON.parse(line ?? '[]') as Partial<CameraPlan>[];
  return before.map((plan, at) => {
    const change = changes[at] ?? {};
    const sub = change.sub === null ? null : plan.sub && { ...plan.sub, ...change.sub };
    const onvif = change.onvif === null ? null : plan.onvif && { ...plan.onvif, ...change.onvif };
    const main = { ...plan.main, ...change.main };
    return { ...plan, ...change, main, sub, onvif, rtsp: { ...plan.rtsp, ...change.rtsp } };
  });
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** Never rejects. */
async function obey(running: Yard, line: string): Promise<object> {
  try {
    // A person's or a bench's own command; what it holds is checked where it is used.
    const command = JSON.parse(line) as Command;
    if (command.pushed) {
      const sinceMs = command.sinceMs ?? 0;
      const pushed = running.cameras.map((camera) => ({ camera: camera.name, streams: camera.pushedFrames(sinceMs) }));
      return { ok: true, pushed };
    }
    const camera = running.cameras[command.camera ?? -1];
    if (!camera) return { ok: false, reason: 'no such camera' };
    if (command.fault !== undefined) await camera.fault(command.fault);
    if (command.motion !== undefined) {
      camera.fireMotion(command.motion);
      return { ok: true, subscribers: camera.subscribers };
    }
    if (command.input !== undefined) camera.fireInput(command.input);
    if (command.reboot) await camera.reboot(command.forMs);
    if (command.asked) return { ok: true, asked: camera.asked };
    if (command.head) {
      return { ok: true, position: camera.headPosition, moving: camera.headMoving, orders: camera.headOrders };
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: String(error) };
  }
}
