import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Readable } from 'node:stream';
import { bad } from '../../../main/contract/problems.ts';
import { runFfmpeg } from '../../../main/core/video/ffmpeg.ts';
import { fragmentMs } from '../../../main/core/video/intakeScript.ts';
import { readFrameNumber } from '../../yard/frameNumber.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { ffmpeg } from './makeMedia.ts';
import { planOf, sourceOf, WatchedFeed } from './watchedFeed.ts';

let yard: Yard;
before(async () => {
  const plans = [
    planOf({}),
    planOf({ main: { sound: 'AAC' } }),
    planOf({ main: { sound: 'PCMA' } }),
    planOf({ main: { video: 'H.265' } }),
    planOf({ rtsp: { parameterSets: 'streamOnly', startsWithKeyframe: false } }),
    planOf({ rtsp: { auth: 'basic' } }),
    planOf({ rtsp: { asksFrom: 'SETUP' } }),
    // The first picture that it sends after it was frozen is a keyframe.
    planOf({ main: { keyframeEvery: 1 } }),
  ];
  yard = await startYard({ cameras: plans, discovery: false, firstAddress: 71 });
});
after(() => yard.stop());

function camera(index: number): YardCamera {
  const found = yard.cameras[index];
  assert.ok(found);
  return found;
}

/** Runs the work with a feed, and closes it whatever happens. */
async function using(feed: WatchedFeed, work: (feed: WatchedFeed) => Promise<void>): Promise<void> {
  try {
    await work(feed);
  } finally {
    await feed.feed.close();
  }
}

function assertUnbroken(feed: WatchedFeed): void {
  const fragments = feed.all('fragment').map(({ fragment }) => fragment);
  for (const [index, { startSeconds, durationSeconds }] of fragments.slice(0, -1).entries()) {
    const nextSeconds = fragments[index + 1]?.startSeconds ?? NaN;
    assert.ok(Math.abs(startSeconds + durationSeconds - nextSeconds) < 0.1, `a hole before ${nextSeconds}`);
  }
}

test('goes live: state, configuration, frames, and a run of fragments without a hole', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    const openedMs = Date.now();
    feed.watch();
    await feed.until('three fragments', () => feed.all('fragment').length >= 3);
    assert.deepEqual(feed.states, ['connecting', 'connecting', 'live']);
    const shown = feed.told.filter(({ what }) => what === 'config' || what === 'frame');
    assert.equal(shown[0]?.what, 'config');
    const [first] = feed.all('frame');
    assert.ok(first?.frame.keyframe);
    const [{ run } = { run: null }] = feed.all('run');
    assert.ok(run);
    assert.deepEqual([run.init.widthPixels, run.init.heightPixels], [640, 360]);
    assert.ok(run.startMs > openedMs - 1000 && run.startMs < Date.now());
    assert.equal(feed.all('fragment')[0]?.fragment.keyframe, true);
    assertUnbroken(feed);
    const longest = Math.max(...feed.all('fragment').map(({ fragment }) => fragment.durationSeconds));
    assert.ok(longest * 1000 <= fragmentMs + 40, `a fragment of ${longest} s is held back too long`);
    await feed.feed.close();
    assert.deepEqual(
      feed.all('runEnd').map(({ cause }) => cause),
      ['closed'],
    );
    assert.equal(feed.told.at(-1)?.what, 'state');
    assert.equal(feed.feed.state.state, 'off');
    await feed.feed.close();
    assert.equal(feed.all('runEnd').length, 1);
  });
  assert.equal(camera(0).viewers, 0);
});

test('closing hands on what was recorded up to then, and not only whole seconds', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    await feed.next('fragment');
    const before = feed.all('fragment').length;
    await feed.feed.close();
    assert.ok(feed.all('fragment').length > before);
    assertUnbroken(feed);
  });
});

test('a viewer who comes later gets the pictures since the last keyframe at once, then what follows', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))), { record: false });
  await using(feed, async () => {
    const stop = feed.watch();
    await feed.until('half a second of pictures', () => feed.all('frame').length > 40);
    stop();
    const seen = feed.told.length;
    feed.watch();
    const replayed = feed.told.slice(seen).filter((told) => told.what === 'frame');
    assert.ok(replayed.length > 0 && replayed.every((told) => told.replayed));
    assert.ok(replayed[0]?.frame.keyframe);
    await feed.next('frame', (told) => !told.replayed);
    const times = feed.told.slice(seen).flatMap((told) => (told.what === 'frame' ? [told.frame.timeMs] : []));
    assert.deepEqual(
      times,
      [...new Set(times)].sort((one, other) => one - other),
    );
    assert.equal(feed.all('run').length, 0);
  });
});

test('a refused password is told as such, and the right one connects without waiting', async () => {
  let password = 'not the one';
  const source = sourceOf(camera(5));
  assert.ok(source.ok);
  const feed = new WatchedFeed(() =>
    Promise.resolve({ ok: true, value: { ...source.value, credentials: { user: camera(5).user, password } } }),
  );
  await using(feed, async () => {
    await feed.next('state', ({ state }) => state.state === 'refused' && state.code === 'passwordRefused');
    await feed.until('the cause of the gap', () => feed.all('runEnd').some(({ cause }) => cause === 'refused'));
    password = camera(5).password;
    feed.feed.retryNow();
    await feed.live();
    assert.ok(feed.all('note').every(({ text }) => !text.includes('not the one')));
  });
});

test('a camera whose password is changed was refused since it hung up, and not since the first try', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(source));
  const source = sourceOf(camera(5));
  await using(feed, async () => {
    await feed.live();
    await feed.next('fragment');
    const changedMs = Date.now();
    await camera(5).fault({ password: 'another' });
    await feed.until('the refusal', () => feed.all('runEnd').some(({ cause }) => cause === 'refused'));
    await camera(5).fault(null);
    const [lost, refused] = feed.all('runEnd');
    assert.equal(lost?.cause, 'lost');
    assert.ok(refused?.sinceMs !== undefined && refused.sinceMs >= changedMs);
    const { sinceMs } = refused;
    const hungUp = feed.all('state').find(({ state }) => state.state === 'lost');
    assert.ok(hungUp?.state.state === 'lost');
    // The next try is a second later.
    assert.ok(sinceMs < hungUp.state.nextTryMs, 'before the try that told it');
  });
});

test('a camera that describes its stream to everybody and asks for the password afterwards is recorded', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(6))));
  await using(feed, async () => {
    await feed.until('a fragment', () => feed.all('fragment').length > 0);
    assert.deepEqual(feed.states, ['connecting', 'connecting', 'live']);
  });
});

test('ffmpeg is given no password for a camera that asks for it in the clear, unless the user allows it', async () => {
  let allowsClearPassword = false;
  const source = sourceOf(camera(5));
  assert.ok(source.ok);
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value: { ...source.value, allowsClearPassword } }));
  await using(feed, async () => {
    await feed.next('state', ({ state }) => state.state === 'refused' && state.code === 'passwordInClear');
    assert.equal(feed.all('note').length, 0, 'ffmpeg was not started');
    allowsClearPassword = true;
    feed.feed.retryNow();
    await feed.live();
    // Taken back, it holds from the next connection on, also for one that lasted.
    allowsClearPassword = false;
    const refused = feed.next('state', ({ state }) => state.state === 'refused' && state.code === 'passwordInClear');
    await camera(5).fault({ drop: true });
    await feed.next('state', ({ state }) => state.state === 'lost');
    await camera(5).fault(null);
    feed.feed.retryNow();
    await refused;
  }).finally(() => camera(5).fault(null));
});

test('a camera that asks for a password where there is none is told apart from a wrong one', async () => {
  const source = sourceOf(camera(5));
  assert.ok(source.ok);
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value: { ...source.value, credentials: null } }));
  await using(feed, async () => {
    await feed.next('state', ({ state }) => state.state === 'refused' && state.code === 'passwordMissing');
  });
  const asked = new WatchedFeed(() => Promise.resolve(bad({ code: 'passwordMissing' })));
  await using(asked, async () => {
    await asked.next('state', ({ state }) => state.state === 'refused' && state.code === 'passwordMissing');
  });
});

test('after a reboot it connects again, in a new run', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    await feed.next('fragment');
    const rebooted = camera(0).reboot(500);
    await feed.next('state', ({ state }) => state.state === 'lost');
    await rebooted;
    await feed.next('run');
    const [first, second] = feed.all('run').map(({ run }) => run.startMs);
    assert.ok(first !== undefined && second !== undefined && second > first + 500);
    assert.deepEqual(
      feed.all('runEnd').map(({ cause }) => cause),
      ['lost'],
    );
    assert.equal(feed.feed.state.state, 'live');
  });
});

test('a camera that freezes is told as stalled, and connected again when it thaws', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    await feed.next('fragment');
    await camera(0).fault({ freeze: true });
    const lost = await feed.next('state', ({ state }) => state.state === 'lost');
    assert.ok(
      lost.state.state === 'lost' && lost.state.cause === 'stalled',
      JSON.stringify([feed.states, feed.all('note')]),
    );
    assert.ok(lost.state.sinceMs < Date.now() - 3000, 'lost since its last picture');
    await camera(0).fault(null);
    feed.feed.retryNow();
    await feed.live();
  }).finally(() => camera(0).fault(null));
});

test('a camera that was frozen when it was connected to is recorded from its first picture on', async () => {
  const fromMs = Date.now();
  await camera(7).fault({ freeze: true });
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(7))));
  await using(feed, async () => {
    // Three seconds after it was asked.
    await feed.next('runEnd', ({ cause }) => cause === 'lost');
    assert.equal(camera(7).viewers, 1);
    await camera(7).fault(null);
    await feed.until('three fragments', () => feed.all('fragment').length >= 3);
    const { run } = feed.all('run')[0] ?? assert.fail();
    const { fragment } = feed.all('fragment')[0] ?? assert.fail();
    const [[, sentMs] = []] = camera(7)
      .pushedFrames(fromMs)
      .flatMap(({ pushes }) => pushes);
    const offMs = run.startMs + (fragment.pictureStartSeconds ?? NaN) * 1000 - (sentMs ?? NaN);
    assert.ok(Math.abs(offMs) < 400, `off by ${offMs} ms`);
    assertUnbroken(feed);
  }).finally(() => camera(7).fault(null));
});

test('where nothing answers it stays lost since the same moment, however often it tries', async () => {
  const source = sourceOf(camera(0));
  assert.ok(source.ok);
  const value = { ...source.value, url: `rtsp://${camera(0).host}:1/` };
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value }));
  await using(feed, async () => {
    await feed.until('two tries', () => feed.states.filter((state) => state === 'lost noAnswer').length >= 2);
    const lost = feed.all('state').flatMap(({ state }) => (state.state === 'lost' ? [state] : []));
    assert.equal(lost[0]?.sinceMs, lost[1]?.sinceMs);
    assert.ok((lost[1]?.nextTryMs ?? 0) > (lost[0]?.nextTryMs ?? 0));
    assert.deepEqual(
      feed.all('runEnd').map(({ cause }) => cause),
      ['lost'],
    );
  });
});

test('an address that cannot be had is a state with its cause', async () => {
  const problems = [
    [{ code: 'keychainLocked' }, 'lost keychain'],
    [{ code: 'noSuchHost', host: 'camera.invalid' }, 'lost noSuchHost'],
    [{ code: 'passwordRefused' }, 'refused'],
    [{ code: 'noStreams' }, 'lost codec'],
    [{ code: 'notACamera', host: '127.0.0.1', port: 80 }, 'lost garbage'],
    [{ code: 'gone' }, 'lost failed'],
  ] as const;
  for (const [problem, state] of problems) {
    const feed = new WatchedFeed(() => Promise.resolve(bad(problem)));
    await using(feed, async () => {
      await feed.until(state, () => feed.states.length >= 2);
      assert.deepEqual(feed.states, ['connecting', state]);
    });
  }
});

test('closing does not wait for an address that never comes', async () => {
  const feed = new WatchedFeed(() => new Promise(() => undefined));
  await feed.until('its first state', () => feed.states.length === 1);
  await feed.feed.close();
  assert.deepEqual(feed.states, ['connecting', 'off']);
});

test('random bytes instead of a stream end the connection, never the feed', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    await feed.next('fragment');
    await camera(0).fault({ garbage: 'rtsp' });
    await feed.next('state', ({ state }) => state.state === 'lost');
    await camera(0).fault(null);
    feed.feed.retryNow();
    await feed.live();
  }).finally(() => camera(0).fault(null));
});

test('a recorded picture has the time at which the camera sent it', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(1))), { sound: true });
  await using(feed, async () => {
    await feed.until('three fragments', () => feed.all('fragment').length >= 3);
    const { run } = feed.all('run')[0] ?? assert.fail();
    for (const { fragment } of feed.all('fragment').filter((told) => told.fragment.keyframe)) {
      const number = await firstFrameNumber(run.init.bytes, fragment.bytes);
      const sentMs = camera(1).pushedAt(number) ?? NaN;
      const offMs = run.startMs + (fragment.pictureStartSeconds ?? NaN) * 1000 - sentMs;
      assert.ok(Math.abs(offMs) < 400, `off by ${offMs} ms`);
    }
  });
});

/** The number burnt into the first picture of these bytes. */
async function firstFrameNumber(...bytes: Uint8Array[]): Promise<number> {
  const ran = await runFfmpeg(ffmpeg, {
    args: ['-v', 'error', '-i', 'pipe:0', '-frames:v', '1', '-pix_fmt', 'rgba', '-f', 'rawvideo', 'pipe:1'],
    input: Readable.from(bytes),
    signal: AbortSignal.timeout(30_000),
  });
  assert.ok(ran.ok);
  return readFrameNumber(new Uint8ClampedArray(ran.value.stdout.buffer), 640, 360) ?? assert.fail('no number');
}

test('sound is recorded: AAC as it is, G.711 as AAC', async () => {
  for (const index of [1, 2]) {
    const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(index))), { sound: true });
    await using(feed, async () => {
      await feed.until('two fragments', () => feed.all('fragment').length >= 2);
      const [told] = feed.all('run');
      assert.match(told?.run.init.codecs ?? '', /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
      assert.deepEqual(
        told?.run.init.tracks.map(({ kind }) => kind),
        ['video', 'audio'],
      );
      assertUnbroken(feed);
    });
  }
});

test('sound that is not wanted is not asked for', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(1))));
  await using(feed, async () => {
    const { run } = await feed.next('run');
    assert.deepEqual(
      run.init.tracks.map(({ kind }) => kind),
      ['video'],
    );
  });
});

test('H.265 is recorded as it is; it is shown where FLV carries it, or converted', async () => {
  const recorded = new WatchedFeed(() => Promise.resolve(sourceOf(camera(3))));
  await using(recorded, async () => {
    const { run } = await recorded.next('run');
    assert.match(run.init.codecs, /^hvc1\./);
    assert.equal(recorded.feed.state.state, 'live');
  });
  const shown = new WatchedFeed(() => Promise.resolve(sourceOf(camera(3))), { record: false, convert: true });
  await using(shown, async () => {
    shown.watch();
    const { video } = await shown.next('config');
    assert.match(video.codec, /^avc1\./);
    await shown.next('frame');
  });
});

test('without the means to show a codec, a feed for viewing alone says so', async () => {
  const source = sourceOf(camera(3));
  assert.ok(source.ok);
  const value = { ...source.value, video: 'MPEG-4' as const };
  const feed = new WatchedFeed(() => Promise.resolve({ ok: true, value }), { record: false });
  await using(feed, async () => {
    await feed.until('codec', () => feed.states.includes('lost codec'));
  });
});

test('a stream that begins in the middle and names itself only there is shown from its first keyframe', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(4))));
  await using(feed, async () => {
    feed.watch();
    const { frame } = await feed.next('frame');
    assert.ok(frame.keyframe);
    await feed.until('a fragment', () => feed.all('fragment').length > 0);
    assert.equal(feed.all('fragment')[0]?.fragment.keyframe, true);
  });
});

test('it tells the bit rate while it is live', async () => {
  const feed = new WatchedFeed(() => Promise.resolve(sourceOf(camera(0))));
  await using(feed, async () => {
    const { bitsPerSecond } = await feed.next('bitRate', (told) => told.bitsPerSecond > 0);
    assert.ok(bitsPerSecond > 50_000 && bitsPerSecond < 5_000_000, `${bitsPerSecond}`);
  });
});
