/**
 * A second ONVIF camera, which nobody here wrote: the server in the tests of the npm package `onvif` 0.6.2 (here under
 * the name `onvif-device`; later versions come without it), in a process of its own. It answers every question with
 * the recorded reply of a real camera, out of a file that it reads anew each time. It finds the question in an envelope
 * by a pattern, its clock stands in 2014, every password is good to it, a subscription of it lives 5 s, it knows no
 * Renew and no SetSynchronizationPoint, it answers at once instead of waiting for an event, and it repeats in every
 * answer what it sees, without saying which of it is news.
 *
 * It runs on copies of its files. Changed are the address of its pictures, which it has none of (a camera of the yard
 * has them), and, from the first `sees` on, what it answers when it is asked for events, put together from its own
 * notification. Throws where a reply is not as it was when this was written.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { copyFile, cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { escapeXml } from './xml.ts';

/** What it sees; null: it tells nothing, whatever it sees. */
export type Sight = { motion: boolean; input: boolean } | null;

const root = path.resolve(import.meta.dirname, '../..');
const files = path.join(path.dirname(createRequire(import.meta.url).resolve('onvif-device/package.json')), 'test');
const replies = 'serverMockup';
const askedWithinMs = 30_000;

export class PackagedDevice {
  readonly host: string;
  readonly #folder: string;
  /** Its answer to PullMessages: what comes before the notifications, one of them, and what comes after. */
  readonly #events: { head: string; motion: string; tail: string };
  #port = 0;
  #child: ChildProcess | null = null;
  readonly #asked = new EventEmitter();

  private constructor(host: string, folder: string, eventReply: string) {
    this.host = host;
    this.#folder = folder;
    const [head = '', motion = ''] = eventReply.split(/\{\{\?[^}]*\}\}/);
    const tail = eventReply.slice(eventReply.lastIndexOf('{{?}}') + '{{?}}'.length);
    if (!motion.includes('Name="IsMotion" Value="true"')) throw new Error('the package tells events in another way');
    this.#events = { head, motion, tail };
  }

  /** It runs at `host`, on any free port; `pictures`: where its stream is. */
  static async start({ host, pictures }: { host: string; pictures: string }): Promise<PackagedDevice> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nightjar-device-'));
    await cp(path.join(files, replies), path.join(folder, replies), { recursive: true });
    await copyFile(path.join(files, 'serverMockup.coffee'), path.join(folder, 'serverMockup.coffee'));
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    const where = path.join(folder, replies, 'GetStreamUri.xml');
    const told = await readFile(where, 'utf8');
    const changed = told.replace(/(<tt:Uri>)[^<]*/, (_, tag: string) => tag + escapeXml(pictures));
    if (changed === told) throw new Error('the package tells of its stream in another way');
    await writeFile(where, changed);
    const eventReply = await readFile(path.join(folder, replies, 'PullMessages.xml'), 'utf8');
    const device = new PackagedDevice(host, folder, eventReply);
    await device.boot();
    return device;
  }

  /** Of its device service, as its own discovery would tell it. */
  get url(): string {
    return `http://${this.host}:${this.#port}/onvif/device_service`;
  }

  /** From now on it answers so. */
  async sees(sight: Sight): Promise<void> {
    const { head, motion, tail } = this.#events;
    const told = sight === null ? '' : stated(motion, sight.motion) + stated(asInput(motion), sight.input);
    const file = path.join(this.#folder, replies, 'PullMessages.xml');
    // It may be reading.
    await writeFile(`${file}.next`, head + told + tail);
    await rename(`${file}.next`, file);
  }

  /** Resolves when it was asked for events so many times more; the first of them may have been on its way already. */
  async askedForEvents(times: number): Promise<void> {
    const signal = AbortSignal.timeout(askedWithinMs);
    for (let time = 0; time < times; time += 1) await once(this.#asked, 'events', { signal });
  }

  /** Ends as without power: connections break, what it knew of its subscribers is gone. May be called twice. */
  async powerOff(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts, at its port of before. */
  async boot(): Promise<void> {
    const script = path.join(import.meta.dirname, 'runPackagedDevice.ts');
    const args = [script, this.#folder, this.host, String(this.#port)];
    const { NODE_OPTIONS: _playwrights, ...env } = process.env;
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the device of the package ended before it was ready')));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('port ')) resolve(Number(line.slice('port '.length)));
        if (line === 'received events PullMessages') this.#asked.emit('events');
      });
    });
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.powerOff();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function stated(notification: string, on: boolean): string {
  return notification.replace(/(Name="(?:IsMotion|LogicalState)" Value=)"true"/, `$1"${on}"`);
}

/** Its notification with the names that its GetEventProperties has for the input. */
function asInput(motion: string): string {
  return motion
    .replace('tns1:RuleEngine/CellMotionDetector/Motion', 'tns1:Device/Trigger/DigitalInput')
    .replace(/<tt:Source>[\s\S]*<\/tt:Source>/, '<tt:Source><tt:SimpleItem Name="InputToken" Value="1"/></tt:Source>')
    .replace('Name="IsMotion"', 'Name="LogicalState"');
}
