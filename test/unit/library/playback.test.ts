import assert from 'node:assert/strict';
import {
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { decodeSamples, mostAsks, type PlaybackNotice, type Sample } from '../../../main/contract/playback.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Playback, type PlaybackOptions } from '../../../main/core/library/playback.ts';
import { finishedName } from '../../../main/core/library/recordingName.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import type { Fragment } from '../../../main/core/video/fmp4.ts';
import { type Footage, makeFootage, makeVault, type Place, record, tenMs, until } from '../recorder/footage.ts';

let place: Place;
let footage: Footage;
before(async () => {
  place = await makeVault();
  footage = makeFootage({ seconds: 12, keyframeEvery: 2 });
});
after(() => place.remove());

let cameras = 0;

type Answer = Exclude<PlaybackNotice, { is: 'format' | 'grew' }>;

interface Got {
  answer: Answer;
  /** Of the whole group. */
  samples: Sample[];
  messages: number;
}

/** Asks as the page does, and keeps what comes. */
class Viewer {
  readonly playback: Playback;
  readonly notices: PlaybackNotice[] = [];
  readonly messages: { ticket: number; samples: Sample[] }[] = [];
  #ticket = 0;

  constructor(library: Library, cameraId: string, credit = 1000, options: Partial<PlaybackOptions> = {}) {
    this.playback = new Playback({
      library,
      vault: place.vault,
      cameraId,
      ...options,
      send: (bytes) => {
        options.send?.(bytes);
        assert.equal(bytes.byteLength, bytes.buffer.byteLength, 'the message owns its buffer');
        const message = decodeSamples(bytes);
        assert.ok(message);
        this.messages.push(message);
      },
      notice: (notice) => this.notices.push(notice),
    });
    if (credit > 0) this.playback.credit(credit);
  }

  /** The ticket. */
  ask(atMs: number, want: 'group' | 'keyframe' = 'group', have = 0): number {
    this.#ticket++;
    this.playback.ask({ is: 'ask', ticket: this.#ticket, atMs, want, have });
    return this.#ticket;
  }

  answersTo(ticket: number): Answer[] {
    return this.notices.filter((notice): notice is Answer => 'ticket' in notice && notice.ticket === ticket);
  }

  /** The whole answer. */
  async get(atMs: number, want: 'group' | 'keyframe' = 'group', have = 0): Promise<Got> {
    const ticket = this.ask(atMs, want, have);
    const mine = (): Sample[][] => this.messages.filter((one) => one.ticket === ticket).map(({ samples }) => samples);
    await until(`the answer for ${atMs - tenMs}`, () => {
      const [first, second] = this.answersTo(ticket);
      return first !== undefined && (first.is !== 'group' || second !== undefined || mine().length === first.messages);
    });
    const answer = this.answersTo(ticket).at(-1);
    assert.ok(answer);
    return { answer, samples: mine().flat(), messages: mine().length };
  }

  /** Groups one after the other from there on, as playing does, up to what is no group and no gap before more. */
  async play(fromMs: number): Promise<{ story: string[]; times: number[] }> {
    const story: string[] = [];
    const times: number[] = [];
    let atMs = fromMs;
    for (;;) {
      const { answer, samples } = await this.get(atMs);
      times.push(...samples.map(({ timeMs }) => timeMs));
      if (answer.is === 'group') story.push(`${seconds(answer.startMs)}-${seconds(answer.endMs)}`);
      else story.push(answer.is === 'failed' ? answer.code : `gap ${answer.cause}`);
      const nextMs = answer.is === 'group' ? answer.endMs : answer.toMs;
      if (nextMs === null || (answer.is === 'group' && answer.open)) return { story, times };
      assert.ok(nextMs > atMs, 'it goes on');
      atMs = nextMs;
    }
  }
}

function seconds(atMs: number): number {
  return Math.round((atMs - tenMs) / 100) / 10;
}

interface Camera {
  id: string;
  library: Library;
  recorder: Recorder;
}

function newCamera(recordingMs = 4000): Camera {
  const id = (++cameras).toString(16).padStart(16, 'b');
  const library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs, queueMs: Infinity };
  const recorder = new Recorder({ cameraId: id, vault: place.vault, library, limits, on: { state: () => undefined } });
  return { id, library, recorder };
}

/** Three recordings of 4 s. */
async function recorded(made: Footage = footage, recordingMs = 4000): Promise<Camera> {
  const camera = newCamera(recordingMs);
  record(camera.recorder, made, tenMs);
  await camera.recorder.close();
  return camera;
}

function filesOf(id: string): string[] {
  const folder = place.vault.path('recordings', id, '2026-11-20');
  const names = readdirSync(folder).filter((name) => name.endsWith('.mp4.age'));
  return names.sort().map((name) => path.join(folder, name));
}

test('a moment is answered with its whole group, from one keyframe to the next', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id);
  for (const [atMs, from] of [
    [0, 0],
    [1999, 0],
    [2000, 2],
    [3500, 2],
    [4000, 4],
    [11_999, 10],
  ] as const) {
    const { answer, samples, messages } = await viewer.get(tenMs + atMs);
    assert.ok(answer.is === 'group', `${atMs}`);
    assert.deepEqual([seconds(answer.startMs), seconds(answer.endMs), answer.open], [from, from + 2, false]);
    assert.equal(messages, 2, 'one message a fragment');
    assert.deepEqual(
      samples.map(({ keyframe }) => keyframe),
      Array.from({ length: 50 }, (_, at) => at === 0),
    );
    for (const [at, { timeMs, durationMs, track }] of samples.entries()) {
      assert.ok(Math.abs(timeMs - (tenMs + from * 1000 + at * 40)) < 0.01);
      assert.ok(Math.abs(durationMs - 40) < 0.01 && track === 'video');
    }
  }
  const [format, ...others] = viewer.notices.filter(({ is }) => is === 'format');
  assert.deepEqual(others, [], 'the format is told once');
  assert.ok(format?.is === 'format' && format.value.video && format.value.audio === null);
  assert.match(format.value.video.codec, /^avc1\.[0-9a-f]{6}$/i);
  assert.deepEqual([format.value.video.widthPixels, format.value.video.heightPixels], [192, 108]);
  assert.equal(format.value.video.description[0], 1, 'an avcC record');
  await viewer.playback.close();
});

test('groups follow each other over recordings, without a gap and without a picture twice', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id);
  const { story, times } = await viewer.play(tenMs + 3500);
  assert.deepEqual(story, ['2-4', '4-6', '6-8', '8-10', '10-12', 'gap lost']);
  assert.equal(times.length, 250);
  assert.ok(times.every((timeMs, at) => at === 0 || timeMs > (times[at - 1] ?? 0)));
  await viewer.playback.close();
});

test('sound comes with its pictures, and is told how to decode', async () => {
  const { id, library } = await recorded(makeFootage({ seconds: 4, keyframeEvery: 2, sound: true }));
  const viewer = new Viewer(library, id);
  const { samples } = await viewer.get(tenMs + 2500);
  const sound = samples.filter(({ track }) => track === 'audio');
  assert.ok(sound.length > 25, 'two seconds of 1024 samples at 16 kHz');
  const [format] = viewer.notices;
  assert.ok(format?.is === 'format' && format.value.audio);
  const { codec, sampleRate, channels, description } = format.value.audio;
  assert.deepEqual([codec, sampleRate, channels, description.length > 1], ['mp4a.40.2', 16_000, 1, true]);
  await viewer.playback.close();
});

test('a keyframe alone is one picture', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id);
  const { samples } = await viewer.get(tenMs + 3900, 'keyframe');
  assert.equal(samples.length, 1);
  assert.ok(samples[0]?.keyframe && Math.abs(samples[0].timeMs - tenMs - 2000) < 0.01);
  await viewer.playback.close();
});

test('long recordings and long groups are found as the table says, without reading it', async () => {
  const long = makeFootage({ seconds: 60, size: '640x360', keyframeEvery: 4, fragmentMs: 500 });
  const { id, library } = await recorded(long, 120_000);
  const viewer = new Viewer(library, id);
  for (let second = 0; second < 60; second++) {
    const { answer, samples } = await viewer.get(tenMs + second * 1000 + 500);
    assert.ok(answer.is === 'group');
    assert.equal(seconds(answer.startMs), second - (second % 4), `second ${second}`);
    assert.equal(samples.length, 100);
  }
  await viewer.playback.close();
});

test('nothing is sent without credit, and notices need none', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id, 0);
  viewer.ask(tenMs);
  await until('the first notices', () => viewer.notices.length === 2);
  assert.equal(viewer.messages.length, 0);
  viewer.playback.credit(1);
  await until('a message', () => viewer.messages.length === 1);
  viewer.playback.credit(1);
  await until('the second message', () => viewer.messages.length === 2);
  await viewer.playback.close();
});

test('what was given up is not answered, also where its answer had begun', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id, 1);
  const begun = viewer.ask(tenMs);
  const waiting = viewer.ask(tenMs + 4000);
  await until('credit is used up', () => viewer.messages.length === 1);
  viewer.playback.forget();
  viewer.playback.credit(1000);
  const { answer } = await viewer.get(tenMs + 9000);
  assert.ok(answer.is === 'group' && seconds(answer.startMs) === 8);
  assert.equal(viewer.messages.filter(({ ticket }) => ticket === begun).length, 1);
  assert.deepEqual(viewer.answersTo(waiting), []);
  await viewer.playback.close();
});

test('of more questions than anybody needs the oldest are left out, and nothing grows', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id);
  const first = viewer.ask(tenMs);
  const many = Array.from({ length: mostAsks * 4 }, () => viewer.ask(tenMs + 4000, 'keyframe'));
  await until('the last answer', () => viewer.answersTo(many.at(-1) ?? 0).length > 0);
  const answered = many.filter((ticket) => viewer.answersTo(ticket).length > 0).length;
  assert.ok(answered <= mostAsks + 1 && viewer.answersTo(first).length <= 1);
  await viewer.playback.close();
});

test('a gap is told with its cause and both of its ends', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  recorder.runEnd('refused');
  record(recorder, footage, tenMs + 60_000);
  await recorder.close();
  const viewer = new Viewer(library, id);
  const { answer } = await viewer.get(tenMs + 30_000);
  assert.ok(answer.is === 'gap');
  assert.deepEqual([seconds(answer.fromMs ?? 0), seconds(answer.toMs ?? 0), answer.cause], [12, 60, 'refused']);
  const { story } = await viewer.play(tenMs + 10_000);
  assert.deepEqual(story.slice(0, 3), ['10-12', 'gap refused', '60-62']);
  const ahead = await viewer.get(tenMs - 3_600_000);
  assert.ok(ahead.answer.is === 'gap' && ahead.answer.fromMs === null && seconds(ahead.answer.toMs ?? 0) === 0);
  const behind = await viewer.get(tenMs + 3_000_000);
  assert.ok(behind.answer.is === 'gap' && behind.answer.toMs === null && seconds(behind.answer.fromMs ?? 0) === 72);
  await viewer.playback.close();
});

test('a camera without recordings has nothing before and nothing after, and tells when that changes', async () => {
  const { id, library, recorder } = newCamera();
  const viewer = new Viewer(library, id);
  const { answer } = await viewer.get(tenMs);
  assert.ok(answer.is === 'gap' && answer.fromMs === null && answer.toMs === null);
  record(recorder, footage, tenMs);
  await until('it is told', () => viewer.notices.some(({ is }) => is === 'grew'));
  await recorder.close();
  assert.ok((await viewer.get(tenMs)).answer.is === 'group');
  await viewer.playback.close();
});

test('the recording that is being written is followed: of its last group only what is new is sent', async () => {
  const { id, library, recorder } = newCamera(60_000);
  const give = (fragment: Fragment): void =>
    recorder.fragment(fragment, tenMs + (fragment.startSeconds + fragment.durationSeconds) * 1000);
  recorder.run({ init: footage.init, startMs: tenMs });
  footage.fragments.slice(0, 5).forEach(give);
  await until('five fragments', () => library.openRecording(id)?.fragments.length === 5);
  const viewer = new Viewer(library, id);
  const whole = await viewer.get(tenMs + 2000);
  assert.ok(whole.answer.is === 'group' && !whole.answer.open && whole.messages === 2);
  const last = await viewer.get(tenMs + 4500);
  assert.ok(last.answer.is === 'group' && last.answer.open);
  assert.deepEqual([seconds(last.answer.startMs), seconds(last.answer.endMs), last.messages], [4, 5, 1]);
  footage.fragments.slice(5, 6).forEach(give);
  await until('growth is told', () => viewer.notices.some(({ is }) => is === 'grew'));
  const more = await viewer.get(tenMs + 4500, 'group', 1);
  assert.ok(more.answer.is === 'group' && more.messages === 1 && seconds(more.answer.endMs) === 6);
  assert.ok(Math.abs((more.samples[0]?.timeMs ?? 0) - tenMs - 5000) < 0.01);
  const beyond = await viewer.get(tenMs + 3_600_000);
  assert.ok(beyond.answer.is === 'gap' && beyond.answer.toMs === null && seconds(beyond.answer.fromMs ?? 0) === 6);
  await viewer.playback.close();
  await recorder.close();
});

test('a viewer who is slower than the recording goes on in the finished file', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  await until('it is open', () => library.openRecording(id)?.fragments.length === 12);
  const viewer = new Viewer(library, id, 1);
  const ticket = viewer.ask(tenMs);
  await until('one message', () => viewer.messages.length === 1);
  await recorder.close();
  viewer.playback.credit(1000);
  await until('the rest', () => viewer.messages.filter((one) => one.ticket === ticket).length === 2);
  const { story } = await viewer.play(tenMs + 2000);
  assert.deepEqual(story, ['2-4', '4-6', '6-8', '8-10', '10-12', 'gap lost']);
  await viewer.playback.close();
});

test('where the clock was set back a moment shows the recording that began last', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  recorder.runEnd('clock');
  record(recorder, footage, tenMs + 5000);
  await recorder.close();
  const viewer = new Viewer(library, id);
  const { story, times } = await viewer.play(tenMs);
  assert.deepEqual(story.slice(0, 5), ['0-2', '2-4', '4-5', '5-7', '7-9']);
  assert.equal(Math.round((times.at(-1) ?? 0) - tenMs), 16_960);
  await viewer.playback.close();
});

test('where another recording shows in the middle, a group is told from where its own shows again', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  recorder.runEnd('clock');
  record(recorder, { ...footage, fragments: footage.fragments.slice(0, 4) }, tenMs + 5000);
  await recorder.close();
  const viewer = new Viewer(library, id);
  const { story } = await viewer.play(tenMs);
  assert.deepEqual(story, ['0-2', '2-4', '4-5', '5-7', '7-9', '9-10', '10-12', 'gap clock']);
  const { samples } = await viewer.get(tenMs + 9500);
  assert.equal(seconds(samples[0]?.timeMs ?? 0), 8, 'it comes with the keyframe before');
  await viewer.playback.close();
});

test('where a recording is longer by its name than what is in it, the rest is told at once', async () => {
  const { id, library } = await recorded();
  await library.close();
  const [, , file = ''] = filesOf(id);
  renameSync(file, path.join(path.dirname(file), finishedName({ startMs: tenMs + 8000, endMs: tenMs + 600_000 })));
  const anew = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const viewer = new Viewer(anew, id);
  const { story } = await viewer.play(tenMs + 8000);
  assert.deepEqual(story, ['8-10', '10-12', 'vaultDamaged', 'gap lost']);
  await viewer.playback.close();
});

test('a question that a defect ends is answered as failed, and the next one is taken', async () => {
  const { id, library } = await recorded();
  const defects: unknown[] = [];
  const send = (): void => {
    if (defects.length === 0) throw new Error('the port is gone');
  };
  const viewer = new Viewer(library, id, 1000, { send, defect: (error) => defects.push(error) });
  const first = viewer.ask(tenMs);
  const { answer, messages } = await viewer.get(tenMs + 2000);
  assert.ok(answer.is === 'group' && messages > 0);
  assert.deepEqual(
    viewer.answersTo(first).map(({ is }) => is),
    ['group', 'failed'],
  );
  assert.equal(defects.length, 1);
  await viewer.playback.close();
});

/** Files of this camera that this program has open, also those that are deleted. */
function openedOf(id: string): string[] {
  const opened = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return opened.filter((file) => file.includes(id));
}

const skip = process.platform !== 'linux' && 'what is open is read as Linux shows it';

test(
  'a while after the last question no recording is open, and the next question opens it again',
  { skip },
  async () => {
    const { id, library } = await recorded();
    const viewer = new Viewer(library, id, 1000, { restAfterMs: 20 });
    for (let times = 0; times < 2; times++) {
      assert.ok((await viewer.get(tenMs + 1000)).answer.is === 'group');
      await until('all are closed', () => openedOf(id).length === 0);
    }
    await viewer.playback.close();
  },
);

test('an answer that waits for credit holds no recording open, and goes on', { skip }, async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id, 1, { restAfterMs: 20 });
  const ticket = viewer.ask(tenMs);
  await until('the first message', () => viewer.messages.length === 1);
  await until('all are closed', () => openedOf(id).length === 0);
  viewer.playback.credit(1);
  await until('the rest', () => viewer.messages.length === 2);
  assert.equal(viewer.answersTo(ticket).length, 1, 'nothing failed');
  await viewer.playback.close();
});

test('a recording that is deleted is let go of first: nothing keeps its room', { skip }, async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id, 1000, { restAfterMs: 3_600_000 });
  for (const atMs of [tenMs, tenMs + 5000]) assert.ok((await viewer.get(atMs)).answer.is === 'group');
  assert.equal(openedOf(id).length, 2);
  const [first, second] = await library.covering(id, { fromMs: tenMs, toMs: tenMs + 8000 });
  assert.ok(first && second);
  await library.removal.remove([first]);
  assert.deepEqual(openedOf(id), [second.path]);
  await viewer.playback.close();
  assert.deepEqual(openedOf(id), []);
});

test('a recording that does not open is told, with where to go on', async () => {
  for (const damage of ['rubbish', 'gone', 'another key'] as const) {
    const { id, library } = await recorded();
    const [, file = ''] = filesOf(id);
    if (damage === 'gone') rmSync(file);
    else if (damage === 'rubbish') writeFileSync(file, new Uint8Array(5000));
    else {
      const other = await makeVault();
      const stranger = new Library({ vault: other.vault });
      const on = { state: () => undefined };
      const recorder = new Recorder({ cameraId: id, vault: other.vault, library: stranger, on });
      record(recorder, footage, tenMs);
      await recorder.close();
      const [row] = await stranger.covering(id, { fromMs: tenMs, toMs: tenMs + 1 });
      renameSync(row?.path ?? '', file);
      other.remove();
    }
    const viewer = new Viewer(library, id);
    const { story } = await viewer.play(tenMs);
    const code = damage === 'gone' ? 'gone' : 'vaultDamaged';
    assert.deepEqual(story, ['0-2', '2-4', code, '8-10', '10-12', 'gap lost']);
    await viewer.playback.close();
  }
});

test('a recording that was cut off shows what is whole of it', async () => {
  const large = makeFootage({ seconds: 8, size: '640x360', keyframeEvery: 2 });
  const { id, library } = await recorded(large);
  const [file = ''] = filesOf(id);
  assert.ok(statSync(file).size > 300_000, 'more than a few chunks');
  truncateSync(file, statSync(file).size - 70_000);
  const viewer = new Viewer(library, id);
  const { story } = await viewer.play(tenMs);
  assert.ok(story.includes('vaultDamaged') && story[0] === '0-2');
  assert.deepEqual(story.slice(-3), ['4-6', '6-8', 'gap lost'], 'the second recording is whole');
  await viewer.playback.close();
});

test('one altered byte costs one group of one recording at most, or the recording where it begins', async () => {
  const large = makeFootage({ seconds: 8, size: '640x360', keyframeEvery: 2 });
  const { id, library } = await recorded(large);
  const [file = ''] = filesOf(id);
  const whole = readFileSync(file);
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.95]) {
    const altered = Buffer.from(whole);
    const offset = Math.floor(whole.length * share);
    altered[offset] = (altered[offset] ?? 0) ^ 1;
    writeFileSync(file, altered);
    const viewer = new Viewer(library, id);
    const { story, times } = await viewer.play(tenMs);
    assert.ok(story.includes('vaultDamaged'), `${share}: ${story.join(' ')}`);
    assert.deepEqual(story.slice(-3), ['4-6', '6-8', 'gap lost']);
    assert.ok(times.length >= 100 && times.length < 200);
    await viewer.playback.close();
  }
});

test('locked, nothing of a finished recording is shown', async () => {
  const other = await makeVault();
  const library = new Library({ vault: other.vault });
  const on = { state: () => undefined };
  const id = 'c'.repeat(16);
  const recorder = new Recorder({ cameraId: id, vault: other.vault, library, on });
  record(recorder, footage, tenMs);
  await recorder.close();
  await library.covering(id, { fromMs: tenMs, toMs: tenMs + 1 });
  const notices: PlaybackNotice[] = [];
  const { vault } = other;
  const send = (): void => assert.fail('a picture of a locked vault');
  const playback = new Playback({ library, vault, cameraId: id, send, notice: (one) => notices.push(one) });
  vault.lock();
  playback.credit(10);
  playback.ask({ is: 'ask', ticket: 1, atMs: tenMs, want: 'group', have: 0 });
  await until('an answer', () => notices.length > 0);
  assert.ok(notices.every(({ is }) => is === 'failed' || is === 'gap'));
  await playback.close();
  other.remove();
});

test('closing ends everything at once, twice too, and a question after it is not heard', async () => {
  const { id, library } = await recorded();
  const viewer = new Viewer(library, id, 1);
  viewer.ask(tenMs);
  await until('credit is used up', () => viewer.messages.length === 1);
  await Promise.all([viewer.playback.close(), viewer.playback.close()]);
  viewer.playback.credit(100);
  viewer.ask(tenMs);
  await viewer.playback.close();
  assert.equal(viewer.messages.length, 1);
});
