/** How far behind the newest picture one is, when one is old, and what is kept to begin decoding again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecoderWatch } from '../../../renderer/live/decoderWatch.ts';
import { KeptPackets } from '../../../renderer/live/keptPackets.ts';
import { isWorthPainting, LiveEdge } from '../../../renderer/live/liveEdge.ts';
import { Pace } from '../../../renderer/live/pace.ts';

test('of a stream that begins with its past, only the newest picture is not behind', () => {
  const edge = new LiveEdge();
  for (let frame = 0; frame <= 50; frame++) edge.arrived(1_000_000 + frame * 40, 5000);
  assert.equal(edge.behindMs(1_002_000, 5000), 0);
  assert.equal(edge.behindMs(1_000_000, 5000), 2000);
  assert.equal(edge.behindMs(1_002_000, 5030), 30, 'decoding took its time');
});

test('a camera whose clock is slow is not behind after an hour, and one after a stall of the network is', () => {
  const edge = new LiveEdge();
  let nowMs = 0;
  let timeMs = 0;
  for (let frame = 0; frame < 25 * 3600; frame++) {
    nowMs += 40;
    timeMs += 40 * 0.9995; // 1.8 s in an hour
    edge.arrived(timeMs, nowMs);
  }
  assert.ok(edge.behindMs(timeMs, nowMs) < 10);
  edge.arrived(timeMs + 40, nowMs + 840);
  assert.ok(edge.behindMs(timeMs + 40, nowMs + 840) > 780);
});

test('a camera that sets its clock is followed at once', () => {
  const edge = new LiveEdge();
  edge.arrived(9_000_000, 1000);
  edge.arrived(40, 1040);
  assert.equal(edge.behindMs(40, 1040), 0);
});

test('what is behind is left out while newer pictures come, but never for long', () => {
  assert.ok(isWorthPainting(0, 0));
  assert.ok(isWorthPainting(249, 40));
  assert.ok(!isWorthPainting(400, 40));
  assert.ok(isWorthPainting(400, 120));
});

test('a picture is old after 0.6 s, of a slow camera after two pictures, and a pause is no slow camera', () => {
  const pace = new Pace();
  for (let at = 0; at < 1000; at += 40) pace.picture(at);
  assert.equal(pace.staleAfterMs, 600);
  pace.pause();
  pace.picture(60_000);
  pace.picture(60_040);
  assert.equal(pace.staleAfterMs, 600);
  pace.picture(90_000);
  for (let at = 90_040; at < 90_200; at += 40) pace.picture(at);
  assert.equal(pace.staleAfterMs, 600, 'a stall is none either');
  const slow = new Pace();
  for (let at = 0; at < 10_000; at += 1000) slow.picture(at);
  assert.equal(slow.staleAfterMs, 2250);
});

test('what is kept begins with the last keyframe, and ends where it would grow too large', () => {
  const kept = new KeptPackets<{ keyframe: boolean; data: Uint8Array }>();
  const packet = (keyframe: boolean, bytes = 10): { keyframe: boolean; data: Uint8Array } => ({
    ...{ keyframe, data: new Uint8Array(bytes) },
  });
  kept.add(packet(false));
  assert.equal(kept.all.length, 0, 'nothing to begin with');
  kept.add(packet(true));
  kept.add(packet(false));
  assert.equal(kept.all.length, 2);
  kept.add(packet(true));
  assert.equal(kept.all.length, 1);
  for (let more = 0; more < 2000; more++) kept.add(packet(false));
  assert.equal(kept.all.length, 0);
  kept.add(packet(true, 20_000_000));
  kept.add(packet(false, 20_000_000));
  assert.equal(kept.all.length, 0);
  kept.add(packet(true));
  assert.equal(kept.all[0]?.keyframe, true);
});

test('a decoder that takes packets and gives nothing stands still; one that holds two back, or is not fed, does not', () => {
  const watch = new DecoderWatch();
  watch.begin(0);
  for (let at = 0; at < 5000; at += 40) {
    watch.fed(at);
    if (at >= 80) watch.gave(at + 4, 0);
    assert.ok(!watch.standsStill(at + 30));
  }
  watch.fed(5000);
  watch.fed(5040);
  assert.ok(!watch.standsStill(9000), 'the camera sends nothing more');
  watch.fed(9000);
  assert.ok(watch.standsStill(9040), 'three went in, and four seconds passed');
});

test('decoders that stand still are replaced quickly at first, and less and less often then', () => {
  const watch = new DecoderWatch();
  watch.begin(0);
  const replaced: number[] = [];
  for (let at = 0; at < 120_000; at += 40) {
    watch.fed(at);
    if (!watch.standsStill(at)) continue;
    replaced.push(at);
    watch.begin(at);
  }
  assert.ok((replaced[0] ?? 0) <= 600 && (replaced[9] ?? 0) <= 6000);
  assert.ok((replaced.at(-1) ?? 0) - (replaced.at(-2) ?? 0) >= 5000);
  watch.gave(120_000, 0);
  for (let at = 120_040; at < 120_200; at += 40) watch.fed(at);
  assert.ok(watch.standsStill(120_700), 'one that worked is watched as at first');
});
