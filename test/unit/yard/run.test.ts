import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { RtspClient } from './rtspClient.ts';

const program = path.resolve(import.meta.dirname, '../../yard/run.ts');

/** The first run makes clips. */
const timeout = 180_000;

interface Running {
  child: ChildProcessByStdio<Writable, Readable, null>;
  /** Next line of its output, as JSON. */
  line: () => Promise<Record<string, unknown>>;
}

function start(...more: string[]): Running {
  const options = [program, '--cameras', '1', '--no-discovery', '--first-address', '81', ...more];
  const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Interface = createInterface({ input: child.stdout });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    child,
    line: async () => {
      const next = await iterator.next();
      assert.ok(next.done !== true, 'the yard ended early');
      // Each line is one JSON object, as run.ts says.
      return JSON.parse(next.value) as Record<string, unknown>;
    },
  };
}

test(
  'the yard runs as a process: it tells its cameras, obeys commands, and ends with its standard input',
  { timeout },
  async () => {
    const { child, line } = start();
    // These forms are those of run.ts.
    const ready = (await line()) as {
      cameras: { host: string; rtspPort: number; user: string; password: string; subPath: string }[];
    };
    const [camera] = ready.cameras;
    assert.ok(camera);
    const client = new RtspClient(camera.host, camera.rtspPort, camera);
    await client.play(`rtsp://${camera.host}:${camera.rtspPort}${camera.subPath}`);
    assert.ok(await client.until(() => client.packets.length > 20));

    const say = async (command: string): Promise<Record<string, unknown>> => {
      child.stdin.write(`${command}\n`);
      return await line();
    };
    const { pushed } = (await say('{"pushed":true}')) as {
      pushed: { streams: { role: string; pushes: [number, number][] }[] }[];
    };
    const pushes = pushed[0]?.streams.find((stream) => stream.role === 'sub')?.pushes ?? [];
    assert.ok(pushes.length > 1);
    assert.ok(pushes.every(([number, timeMs]) => number >> 10 === 1 && Math.abs(timeMs - Date.now()) < 60_000));
    assert.equal((await say('{"camera":0,"motion":true}'))['ok'], true);
    assert.equal((await say('{"camera":0,"fault":{"drop":true}}'))['ok'], true);
    assert.equal(await client.until(() => client.closed), true);
    assert.equal((await say('{"camera":0,"fault":null}'))['ok'], true);
    assert.equal((await say('{"camera":9,"fault":null}'))['ok'], false);
    assert.equal((await say('no JSON'))['ok'], false);
    child.stdin.end();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  },
);

test(
  'the yard ends by SIGTERM',
  { timeout, skip: process.platform === 'win32' && 'Windows has no signals' },
  async () => {
    const { child, line } = start();
    await line();
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  },
);

test(
  'a first line changes the plans, and with clips alone wanted it ends when they are there',
  { timeout },
  async () => {
    const { child, line } = start('--changes', '--only-clips');
    child.stdin.write('[{"name":"Pond","sub":null,"onvif":{"ptz":null}}]\n');
    const { cameras } = await line();
    assert.match(JSON.stringify(cameras), /^\[\{"name":"Pond",.*"subPath":null\}\]$/);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  },
);
