/** Networks that come and go are noticed: in a network namespace of the test's own, with a made-up interface. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { test } from 'node:test';

const file = path.resolve(import.meta.dirname, '../../../main/app/network.ts');
const mayMake = process.platform === 'linux' && process.getuid?.() === 0 && canMakeNamespaces();
const skip = mayMake ? false : 'network namespaces can be made by root on Linux only';

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

function canMakeNamespaces(): boolean {
  try {
    ip('netns', 'add', `nightjar-probe-${process.pid}`);
    ip('netns', 'del', `nightjar-probe-${process.pid}`);
    return true;
  } catch {
    return false;
  }
}

test('a network that comes is told as online, one that goes as offline', { skip, timeout: 30_000 }, async () => {
  const space = `nightjar-${process.pid}`;
  ip('netns', 'add', space);
  const script = `
    const { watchNetworks } = await import(${JSON.stringify(file)});
    watchNetworks((online) => console.log(online ? 'online' : 'offline'));
    console.log('watching');
    setInterval(() => undefined, 1000);`;
  const watcher = spawn('ip', ['netns', 'exec', space, process.execPath, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => (await lines.next()).value;
    assert.equal(await next(), 'watching');
    ip('-n', space, 'link', 'add', 'camera0', 'type', 'veth', 'peer', 'name', 'camera1');
    ip('-n', space, 'addr', 'add', '192.0.2.7/24', 'dev', 'camera0');
    ip('-n', space, 'link', 'set', 'camera1', 'up');
    ip('-n', space, 'link', 'set', 'camera0', 'up');
    assert.equal(await next(), 'online');
    ip('-n', space, 'link', 'del', 'camera0');
    assert.equal(await next(), 'offline');
  } finally {
    const ended = new Promise((resolve) => watcher.once('exit', resolve));
    watcher.kill('SIGKILL');
    await ended;
    ip('netns', 'del', space);
  }
});
