import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { bad } from '../../../main/contract/problems.ts';
import { type Interfaces, Way } from '../../../main/core/video/way.ts';
import { CameraProxy } from '../../yard/cameraProxy.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { HandClock } from './handClock.ts';
import { planOf, sourceOf, WatchedFeed } from './watchedFeed.ts';
import { withoutSound } from './withoutSound.ts';

const oddPassword = 'p@ss:w/rd?#%&"\'<>é €\\';
let yard: Yard;
before(async () => {
  const plans = [planOf({}), planOf({ password: oddPassword }), planOf({ main: { sound: 'PCMA' } })];
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 91 });
});
after(() => yard.stop());

function camera(index: number): YardCamera {
  const found = yard.cameras[index];
  assert.ok(found);
  return found;
}

/** The children of this process, with their arguments and environment as anyone on this computer reads them. */
function children(): { id: number; readable: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        if (!new RegExp(`^PPid:\\s*${process.pid}$`, 'm').test(status)) return [];
        const readable = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`, 'utf8')).join('\n');
        return [{ id: Number(name), readable }];
      } catch {
        // It ended between the listing and the reading.
        return [];
      }
    });
}

const forms = [oddPassword, encodeURIComponent(oddPassword), 'p@ss', 'p%40ss', 'w/rd', 'w%2Frd'];

test(
  'a password of any characters works, and stands in no argument and no environment',
  { skip: process.platform === 'linux' ? false : 'reads /proc' },
  async () => {
    const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(1))));
    try {
      await feed.live();
      const mine = children();
      assert.ok(mine.some(({ readable }) => readable.includes('ffmpeg')));
      for (const { readable } of mine) {
        for (const form of [...forms, 'nightjar', camera(1).host]) assert.ok(!readable.includes(form), form);
      }
      await feed.feed.close();
      for (const { text } of feed.all('note')) for (const form of forms) assert.ok(!text.includes(form), form);
    } finally {
      await feed.feed.close();
    }
  },
);

test(
  'the reader of arguments and environments would find a password there',
  { skip: process.platform === 'linux' ? false : 'reads /proc' },
  async () => {
    const careless = [
      spawn('sleep', ['30'], { env: { PATH: process.env['PATH'], PASSWORD: oddPassword } }),
      spawn('sh', ['-c', 'sleep 30', oddPassword]),
    ];
    try {
      await Promise.all(careless.map((child) => once(child, 'spawn')));
      const found = children().filter(({ readable }) => readable.includes(oddPassword));
      assert.equal(found.length, 2);
    } finally {
      for (const child of careless) child.kill('SIGKILL');
    }
  },
);

test('sound that is announced and never comes costs the sound, not the recording', async () => {
  const muted = await CameraProxy.start(camera(2).host, camera(2).rtspPort, { passing: withoutSound });
  const source = sourceOf(camera(2));
  assert.ok(source.ok);
  const url = `rtsp://127.0.0.1:${muted.port}${camera(2).plan.main.path}`;
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value: { ...source.value, url } }), { sound: true });
  try {
    const { run } = await feed.next('run', ({ run: { init } }) => init.tracks.length === 1);
    assert.equal(run.init.tracks[0]?.kind, 'video');
    await feed.next('fragment');
    assert.ok(feed.all('note').some(({ text }) => text.startsWith('the sound is left out')));
    const { states } = feed;
    assert.ok(states.indexOf('connecting', states.indexOf('live')) > 0, `live all the time: ${states.join(', ')}`);
  } finally {
    await feed.feed.close();
    await muted.close();
  }
});

test('a camera that is lost between two runs of a connection is lost since its last picture, not since it was connected', async () => {
  const clock = new HandClock('running');
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { clock });
  try {
    await feed.next('run');
    await camera(0).fault({ noKeyframes: true });
    clock.set(3_600_000);
    const setMs = clock.wallMs();
    await feed.until('the end by the clock', () => feed.all('runEnd').some(({ cause }) => cause === 'clock'));
    await camera(0).fault({ drop: true });
    await feed.until('the loss', () => feed.all('runEnd').some(({ cause }) => cause === 'lost'));
    const { sinceMs } = feed.all('runEnd').find(({ cause }) => cause === 'lost') ?? {};
    assert.ok(sinceMs !== undefined && sinceMs >= setMs, 'by the time that the clock was set to');
  } finally {
    await camera(0).fault(null);
    await feed.feed.close();
  }
});

test('when the clock is set, the run ends with that cause and another begins by the new time', async () => {
  const clock = new HandClock('running');
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { clock });
  try {
    const { run: before } = await feed.next('run');
    clock.set(-3_600_000);
    const { cause } = await feed.next('runEnd');
    assert.equal(cause, 'clock');
    const { run } = await feed.next('run');
    assert.ok(Math.abs(run.startMs - (before.startMs - 3_600_000)) < 1, 'the same connection, by the new time');
    assert.equal(feed.states.filter((state) => state === 'live').length, 1);
  } finally {
    await feed.feed.close();
  }
});

test('a clock that was set just before the feed is closed ends the run as such', async () => {
  const clock = new HandClock('running');
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { clock });
  try {
    await feed.next('run');
    clock.set(-3_600_000);
  } finally {
    await feed.feed.close();
  }
  assert.deepEqual(
    feed.all('runEnd').map(({ cause }) => cause),
    ['clock', 'closed'],
  );
});

test('a clock that is set just before the first picture is reckoned with once', async () => {
  const clock = new HandClock('running');
  const feed = new WatchedFeed(
    () => {
      // Nobody looks at the clock between this and the first picture, which is there in a fraction of a second.
      clock.set(-600_000);
      return Promise.resolve(sourceOf(camera(0)));
    },
    { clock },
  );
  try {
    const { run } = await feed.next('run');
    const { fragment, arrivalMs } = await feed.next('fragment');
    const lateMs = arrivalMs - (run.startMs + (fragment.startSeconds + fragment.durationSeconds) * 1000);
    assert.ok(Math.abs(lateMs) < 10_000, `${lateMs} ms late`);
    await feed.next('bitRate');
    const last = feed.all('run').at(-1)?.run;
    assert.ok(Math.abs((last?.startMs ?? 0) - run.startMs) < 10_000, 'nor is it afterwards');
  } finally {
    await feed.feed.close();
  }
});

test('after sleep it connects again at once, and the gap says why', async () => {
  const clock = new HandClock('running');
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { clock });
  try {
    await feed.next('run');
    clock.sleep(600_000, false);
    const { run } = await feed.next('run');
    assert.ok(run.startMs > Date.now() + 590_000);
    assert.deepEqual(
      feed.all('runEnd').map(({ cause }) => cause),
      ['asleep'],
    );
    assert.ok(!feed.states.some((state) => state.startsWith('lost')));
  } finally {
    await feed.feed.close();
  }
});

test('a camera that was silent already when the computer fell asleep was lost until then', async () => {
  for (const [silentMs, causes] of [
    [3000, ['lost', 'asleep']],
    [500, ['asleep']],
  ] as const) {
    const clock = new HandClock('running');
    const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { clock });
    try {
      await feed.next('fragment');
      clock.pass(silentMs);
      feed.feed.lookAtClock();
      const silentUntilMs = clock.wallMs();
      clock.sleep(600_000, false);
      feed.feed.lookAtClock();
      const ends = feed.all('runEnd');
      assert.deepEqual(
        ends.map(({ cause }) => cause),
        causes,
      );
      assert.ok(Math.abs((ends.at(-1)?.sinceMs ?? 0) - silentUntilMs) < 1000, 'asleep since it fell asleep');
    } finally {
      await feed.feed.close();
    }
  }
});

test('sleep while a camera is lost makes it try at once', async () => {
  const clock = new HandClock('running');
  const source = sourceOf(camera(0));
  assert.ok(source.ok);
  let url = `rtsp://${camera(0).host}:1/`;
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value: { ...source.value, url } }), { clock });
  try {
    const tries = (): number => feed.states.filter((state) => state === 'lost noAnswer').length;
    await feed.until('the third try', () => tries() >= 3);
    url = source.value.url;
    clock.sleep(600_000, true);
    await feed.live();
  } finally {
    await feed.feed.close();
  }
});

test('a camera that is lost waits for the network as soon as that is away, and is lost again when it is back', async () => {
  const own = { address: '192.0.2.5', netmask: '', mac: '', internal: false, cidr: '192.0.2.5/24' };
  const eth0 = [{ ...own, family: 'IPv4' as const }];
  let interfaces: Interfaces = { eth0 };
  const way = new Way(
    () => '192.0.2.20',
    () => interfaces,
  );
  const silent = bad({ code: 'noAnswer', host: '192.0.2.20', port: 554 });
  const feed = new WatchedFeed(() => Promise.resolve(silent), { way });
  try {
    await feed.until('lost', () => feed.states.includes('lost noAnswer'));
    interfaces = {};
    await feed.until('away', () => feed.states.includes('lost network'));
    interfaces = { eth0 };
    const before = feed.states.length;
    feed.feed.retryNow();
    await feed.until('lost again', () => feed.states.slice(before).includes('lost noAnswer'));
    assert.deepEqual(
      feed.all('runEnd').map(({ cause }) => cause),
      ['lost', 'network', 'lost'],
    );
  } finally {
    await feed.feed.close();
  }
});

test('what a camera sent while its network was gone, on a connection that had only begun, is not told as of when it came', async () => {
  const { promise: playing, resolve: plays } = Promise.withResolvers<null>();
  const proxy = await CameraProxy.start(camera(0).host, camera(0).rtspPort, {
    asked: (bytes) => {
      if (isBack || !bytes.toString('latin1').startsWith('PLAY ')) return;
      proxy.hold(true);
      plays(null);
    },
  });
  const source = sourceOf(camera(0));
  assert.ok(source.ok);
  const url = `rtsp://127.0.0.1:${proxy.port}${camera(0).plan.main.path}`;
  const behind = { ok: true as const, value: { ...source.value, url } };
  let [isGone, isBack] = [false, false];
  const feed = new WatchedFeed(
    () => Promise.resolve(isGone ? bad({ code: 'noNetwork', host: '192.0.2.20' }) : behind),
    {
      way: { isGone: () => isGone },
    },
  );
  try {
    await playing;
    isGone = true;
    await feed.until('away', () => feed.all('runEnd').some(({ cause }) => cause === 'network'));
    [isGone, isBack] = [false, true];
    const backMs = Date.now();
    proxy.hold(false);
    feed.feed.retryNow();
    await feed.next('fragment');
    const [first] = feed.all('run');
    const [{ fragment } = assert.fail('no fragment')] = feed.all('fragment');
    assert.ok(
      first && first.run.startMs + fragment.startSeconds * 1000 >= backMs,
      'of the time before the way was back',
    );
  } finally {
    await feed.feed.close();
    await proxy.close();
  }
});
