import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startKeyring } from '../../../build/withKeyring.ts';

const calls = fileURLToPath(new URL('keychainCalls.ts', import.meta.url));
const locked = { ok: false, problem: { code: 'keychainLocked' } };
const missing = { ok: false, problem: { code: 'keychainMissing' } };
const done = { ok: true, value: null };

const lacking = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].filter(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error,
);
const skip =
  process.platform !== 'linux'
    ? 'a keyring of its own is a matter of Linux'
    : lacking.length > 0 && `not installed: ${lacking.join(', ')}`;

interface Caller {
  call(line: string): Promise<unknown>;
  end(): void;
}

/** A process with this message bus and no display, where `call` runs one call of Keychain. */
function startCaller(bus: string | null, emptyFolder: string, deadlineMs = 5000): Caller {
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: emptyFolder, XDG_RUNTIME_DIR: emptyFolder };
  if (bus !== null) env['DBUS_SESSION_BUS_ADDRESS'] = bus;
  const child: ChildProcess = spawn(process.execPath, [calls, `${deadlineMs}`], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  assert.ok(child.stdin && child.stdout);
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call(line) {
      stdin.write(`${line}\n`);
      const answer = await lines.next();
      assert.ok(!answer.done, 'the process ended');
      const outcome: unknown = JSON.parse(answer.value);
      return outcome;
    },
    end() {
      stdin.end();
      child.kill('SIGKILL');
    },
  };
}

async function withEmptyFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-keychain-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a secret is written, read, replaced and removed, whatever is in it', { skip }, () =>
  withEmptyFolder(async (folder) => {
    const keyring = await startKeyring();
    const caller = startCaller(keyring.busAddress, folder);
    try {
      assert.deepEqual(await caller.call('read front'), done);
      for (const secret of ['pass', 'p w "x" \\ $HOME %41 ;', 'Schlüßel 鍵 🔑', 'k'.repeat(2000)]) {
        assert.deepEqual(await caller.call(`write front ${secret}`), done);
        assert.deepEqual(await caller.call('read front'), { ok: true, value: secret });
        assert.deepEqual(await caller.call('read back'), done);
      }
      assert.deepEqual(await caller.call('remove front'), done);
      assert.deepEqual(await caller.call('remove front'), done);
      assert.deepEqual(await caller.call('read front'), done);
    } finally {
      caller.end();
      await keyring.stop();
    }
  }),
);

test('a locked keyring says that it is locked, and never that it holds nothing', { skip }, () =>
  withEmptyFolder(async (folder) => {
    const keyring = await startKeyring();
    const caller = startCaller(keyring.busAddress, folder);
    try {
      assert.deepEqual(await caller.call('write front pass'), done);
      await keyring.lock();
      assert.deepEqual(await caller.call('read front'), locked);
      assert.deepEqual(await caller.call('read back'), locked);
      assert.deepEqual(await caller.call('write front other'), locked);
      assert.deepEqual(await caller.call('remove front'), locked);
    } finally {
      caller.end();
      await keyring.stop();
    }
  }),
);

test('a keychain that hangs is called locked at the deadline, and works again when it goes on', { skip }, () =>
  withEmptyFolder(async (folder) => {
    const keyring = await startKeyring();
    const caller = startCaller(keyring.busAddress, folder, 300);
    try {
      assert.ok(keyring.daemonId);
      assert.deepEqual(await caller.call('write front pass'), done);
      process.kill(keyring.daemonId, 'SIGSTOP');
      assert.deepEqual(await caller.call('read front'), locked);
      assert.deepEqual(await caller.call('write front never'), locked);
      process.kill(keyring.daemonId, 'SIGCONT');
      let answer: unknown = locked;
      for (let tries = 0; tries < 20 && JSON.stringify(answer) === JSON.stringify(locked); tries += 1) {
        answer = await caller.call('read front');
      }
      assert.deepEqual(
        answer,
        { ok: true, value: 'pass' },
        'a write whose time was over before its turn did not happen',
      );
    } finally {
      caller.end();
      await keyring.stop();
    }
  }),
);

test('without a secret service, and without a message bus, the keychain is missing', { skip }, () =>
  withEmptyFolder(async (folder) => {
    const keyring = await startKeyring({ secrets: false });
    const onBus = startCaller(keyring.busAddress, folder);
    const alone = startCaller(null, folder);
    const onDeadBus = startCaller('unix:path=/nowhere/bus', folder);
    try {
      for (const caller of [onBus, alone, onDeadBus]) {
        for (const call of ['read front', 'write front pass', 'remove front']) {
          assert.deepEqual(await caller.call(call), missing);
        }
      }
    } finally {
      for (const caller of [onBus, alone, onDeadBus]) caller.end();
      await keyring.stop();
    }
  }),
);

const withKeyring = fileURLToPath(new URL('../../../build/withKeyring.ts', import.meta.url));

/** Programs that run with this text in their environment; those that ended and wait for their parent do not count. */
async function programsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const files = [readFile(`/proc/${id}/environ`, 'latin1'), readFile(`/proc/${id}/cmdline`, 'latin1')];
    const [environment, command] = await Promise.all(files.map((file) => file.catch(() => '')));
    if (environment?.includes(text) || command?.includes(text)) found.push(command ?? '');
  }
  return found;
}

test('a command gets a keyring of its own; its exit code and its input and output pass through', { skip }, () =>
  withEmptyFolder(async (folder) => {
    const script = `read line; echo "$line" | tr a-z A-Z; printf 'write a s\\nread a\\n' | node "$0" 5000; exit 7`;
    const run = spawnSync(process.execPath, [withKeyring, 'sh', '-c', script, calls], {
      input: 'in and out\n',
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
    });
    assert.equal(run.stdout, `IN AND OUT\n${JSON.stringify(done)}\n{"ok":true,"value":"s"}\n`, run.stderr);
    assert.equal(run.status, 7);
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await programsWith(folder), []);
  }),
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the command, its keyring and everything the keyring stored`, { skip }, () =>
    withEmptyFolder(async (folder) => {
      const child = spawn(process.execPath, [withKeyring, 'sh', '-c', 'echo up; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: folder },
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      for await (const line of createInterface({ input: child.stdout })) {
        assert.equal(line, 'up');
        break;
      }
      assert.ok((await programsWith(folder)).length >= 3, 'bus, keyring and command run: the search finds them');
      child.kill(signal);
      assert.equal(await ended, signal === 'SIGTERM' ? 143 : 130);
      assert.deepEqual(await readdir(folder), []);
      assert.deepEqual(await programsWith(folder), []);
    }),
  );
}
