/** The privacy switch by clocks that the test sets: its end, sleep, a clock that is set, a restart. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Privacy } from '../../../main/app/privacy.ts';
import type { Settings } from '../../../main/contract/model.ts';
import { nextMorning, type Privacy as State } from '../../../main/contract/privacy.ts';
import { bad, good } from '../../../main/contract/problems.ts';
import { firstSettings, parseSettings } from '../../../main/core/settings.ts';

process.env['TZ'] = 'Europe/Berlin';
const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 20, 17);

class World {
  wall = startMs;
  uptime = 1_000_000;
  settings: Settings = firstSettings;
  refuses = false;
  readonly told: (State | null)[] = [];

  begin(t: TestContext): Privacy {
    const { told } = this;
    const value = (): Settings => this.settings;
    const privacy = new Privacy({
      settings: {
        get value() {
          return value();
        },
        update: async (change) => {
          if (this.refuses) return bad({ code: 'diskFull', folder: '/vault', freeBytes: 0 });
          const read = parseSettings(JSON.parse(JSON.stringify(change(this.settings))));
          assert.ok(read);
          this.settings = read;
          return good(null);
        },
      },
      clock: { wallMs: () => this.wall, steadyMs: () => 0, uptimeMs: () => this.uptime },
      on: { changed: (state) => told.push(state), defect: (error) => assert.fail(String(error)) },
    });
    t.after(() => privacy.close());
    return privacy;
  }

  pass(ms: number): void {
    this.wall += ms;
    this.uptime += ms;
  }
}

test('it ends by itself at its time, also when the computer slept over it', async (t) => {
  const world = new World();
  const privacy = world.begin(t);
  await privacy.start({ is: 'minutes', minutes: 15 });
  assert.deepEqual(privacy.state, { sinceMs: startMs, untilMs: startMs + 15 * minuteMs });
  world.pass(14 * minuteMs);
  privacy.look();
  assert.notEqual(privacy.state, null);
  world.pass(8 * 60 * minuteMs);
  privacy.look();
  assert.equal(privacy.state, null);
  assert.equal(world.settings.privacy, null);
});

test('a clock that is set changes when it ends by the clock, and not how long it lasts', async (t) => {
  const world = new World();
  const privacy = world.begin(t);
  await privacy.start({ is: 'minutes', minutes: 60 });
  world.pass(10 * minuteMs);
  world.wall += 5 * 60 * minuteMs;
  privacy.look();
  const untilMs = startMs + 6 * 60 * minuteMs;
  assert.deepEqual(world.told.at(-1), { sinceMs: startMs, untilMs }, 'and says so');
  world.pass(49 * minuteMs);
  privacy.look();
  assert.notEqual(privacy.state, null);
  world.wall -= 24 * 60 * minuteMs;
  privacy.look();
  world.pass(minuteMs);
  privacy.look();
  assert.equal(privacy.state, null);
});

test('it outlives a restart; a clock set back meanwhile makes it no longer than it was chosen for', async (t) => {
  const world = new World();
  await world.begin(t).start({ is: 'minutes', minutes: 60 });
  world.pass(20 * minuteMs);
  world.uptime = 5000;
  const again = world.begin(t);
  assert.equal(again.state?.untilMs, startMs + 60 * minuteMs);
  world.wall -= 24 * 60 * minuteMs;
  const back = world.begin(t);
  back.look();
  assert.equal(back.state?.untilMs, world.wall + 60 * minuteMs);
  world.wall = startMs + 61 * minuteMs;
  const over = world.begin(t);
  over.look();
  assert.equal(over.state, null);
});

test('until it is ended it goes on, over restarts too', async (t) => {
  const world = new World();
  await world.begin(t).start({ is: 'open' });
  world.pass(30 * 24 * 60 * minuteMs);
  const again = world.begin(t);
  again.look();
  assert.deepEqual(again.state, { sinceMs: startMs, untilMs: null });
  await again.end();
  assert.equal(world.begin(t).state, null);
});

test('what the disk refuses to remember holds all the same, and is said', async (t) => {
  const world = new World();
  world.refuses = true;
  const privacy = world.begin(t);
  const started = await privacy.start({ is: 'open' });
  assert.equal(started.ok, false);
  assert.notEqual(privacy.state, null);
});

test('tomorrow at 7 is the next morning, also over a night on which the clocks change', () => {
  const local = (...parts: [number, number, number, number, number]): number => new Date(...parts).getTime();
  assert.equal(nextMorning(local(2026, 10, 20, 18, 0)), local(2026, 10, 21, 7, 0));
  assert.equal(nextMorning(local(2026, 10, 20, 6, 59)), local(2026, 10, 21, 7, 0));
  assert.equal(nextMorning(local(2026, 10, 20, 2, 0)), local(2026, 10, 20, 7, 0));
  assert.equal(nextMorning(local(2026, 9, 24, 23, 0)), local(2026, 9, 25, 7, 0), '25 hours in autumn');
});

test('odd settings are no privacy', () => {
  for (const privacy of [1, {}, { sinceMs: -1, untilMs: null, lastsMs: null }, { sinceMs: 1, untilMs: 'x' }])
    assert.equal(parseSettings({ privacy })?.privacy, null);
});
