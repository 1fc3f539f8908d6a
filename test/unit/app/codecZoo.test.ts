/**
 * Every kind of stream that cameras send, from GStreamer's server, which nobody here wrote: asked what it is, recorded
 * with its sound, shown with its sound beside that, and exported; ffprobe and a decoder say what is in the export. A
 * table of all of them is printed at the end.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Onlooker } from '../../../main/app/showing.ts';
import { Watching } from '../../../main/app/watching.ts';
import type { ExportJob } from '../../../main/contract/exports.ts';
import type { Camera } from '../../../main/contract/model.ts';
import { good } from '../../../main/contract/problems.ts';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import { probeRtsp } from '../../../main/core/cameras/rtspProbe.ts';
import { Exporter } from '../../../main/core/exporter/exporter.ts';
import { Library } from '../../../main/core/library/library.ts';
import { breeds, zooFramesPerSecond, type Breed } from '../../yard/codecZoo.ts';
import { gstreamerMissing, startGstServer } from '../../yard/gstreamer.ts';
import { decode, makeVault, probe, until, type Place } from '../recorder/footage.ts';
import { ffmpeg } from '../video/makeMedia.ts';

const skip = gstreamerMissing() ?? false;
const cameraId = '00112233445566aa';
const credentials = { user: 'viewer', password: 'a secret of the zoo' };
/** What each codec is called by the page's decoders, and by ffprobe in the export. */
const shownAs = { 'H.264': /^avc1\./, 'H.265': /^hvc1\./, MJPEG: /^jpeg$/ };
const exportedAs = { 'H.264': 'h264', 'H.265': 'hevc', MJPEG: 'mjpeg' };
const heardAs = { AAC: /^mp4a\.40\.2$/, 'G.711': /^[au]law$/, Opus: /^opus$/ };
const recordedSeconds = 4;

const table: Record<string, string>[] = [];

/** A viewer that notes what came, and by which intake. */
class Visitor implements Onlooker {
  readonly intakes: string[] = [];
  video = '';
  audio = '';
  pictures = 0;
  sounds = 0;
  /** Pictures that are shown before the one before them: with B-frames. */
  backwards = 0;
  #lastMs = -Infinity;

  config: Onlooker['config'] = (video, audio, { intake }) => {
    this.video = video.codec;
    this.audio = audio?.codec ?? this.audio;
    if (this.intakes.at(-1) !== intake) this.intakes.push(intake);
    this.#lastMs = -Infinity;
  };
  frame: Onlooker['frame'] = ({ track, timeMs }) => {
    if (track === 'audio') this.sounds += 1;
    else {
      this.pictures += 1;
      if (timeMs < this.#lastMs) this.backwards += 1;
      this.#lastMs = timeMs;
    }
  };
  state: Onlooker['state'] = () => undefined;
  notCarried(): void {
    assert.fail('every breed of the zoo reaches the page');
  }
}

function watchingOf(place: Place, library: Library, url: string, { video, audio }: Breed): Watching {
  return new Watching({
    ...{ ffmpeg, library, vault: place.vault },
    sourceOf: () => () => Promise.resolve(good({ url, credentials, video, audio })),
    clockOffsetMs: () => null,
    on: {
      ...{ status: () => undefined, finished: () => undefined, note: () => undefined },
      trouble: (_id, problem) => assert.fail(JSON.stringify(problem)),
      defect: (error) => assert.fail(error instanceof Error ? error : String(error)),
    },
  });
}

function cameraOf({ video, audio }: Breed): Camera {
  const unknown = { widthPixels: 0, heightPixels: 0, framesPerSecond: null, bitsPerSecond: null };
  return {
    ...{ id: cameraId, name: 'Zoo', kind: 'rtsp', host: '127.0.0.1', port: 554, path: '/live', addedMs: 0 },
    ...{
      maker: '',
      model: '',
      firmware: '',
      serial: '',
      keepDays: null,
      plan: firstPlan,
      paused: false,
      recordsSound: true,
      moves: null,
      allowsClearPassword: false,
    },
    streams: [{ role: 'main', video, audio, ...unknown }],
  };
}

async function exported(place: Place, library: Library, fromMs: number): Promise<string> {
  const jobs: { latest: ExportJob[] } = { latest: [] };
  const on = { changed: (list: ExportJob[]) => (jobs.latest = list) };
  const exporter = new Exporter({ ffmpeg, library, vault: place.vault, on });
  exporter.start({
    ...{ cameras: [{ id: cameraId, name: 'Zoo' }], fromMs, toMs: Date.now() + 1000, folder: place.folder },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'plain' } },
  });
  await until('the export ends', () => !['waiting', 'running'].includes(jobs.latest[0]?.progress.state ?? 'waiting'));
  const progress = jobs.latest[0]?.progress;
  assert.ok(progress?.state === 'done', JSON.stringify(progress));
  await exporter.close();
  return progress.files[0] ?? '';
}

describe('the zoo of codecs', { skip }, () => {
  for (const [at, breed] of breeds.entries()) {
    test(`${breed.name}: described, shown, recorded and exported`, async () => {
      const picture = [breed.pictures, ...(breed.sound === null ? [] : [breed.sound])];
      const plan = { host: `127.0.0.${180 + at}`, credentials, sound: null, picture };
      const server = await startGstServer(plan, AbortSignal.timeout(60_000));
      const place = await makeVault();
      const library = new Library({ vault: place.vault });
      const watching = watchingOf(place, library, server.url, breed);
      try {
        const described = await probeRtsp({ url: server.url, credentials }, AbortSignal.timeout(20_000));
        assert.ok(described.ok, JSON.stringify(described));
        const { video, audio } = described.value.stream;
        assert.deepEqual([video, audio], [breed.video, breed.audio]);

        const beganMs = Date.now();
        await watching.watch(cameraOf(breed));
        const visitor = new Visitor();
        const stop = watching.show(cameraId, 'main', false, visitor);
        await until('pictures and sound', () => {
          const enough = visitor.pictures >= recordedSeconds * zooFramesPerSecond;
          const heard = breed.audio === null || visitor.sounds > 20;
          return enough && heard && visitor.intakes.at(-1) === 'rtsp';
        });
        stop?.();
        await watching.forget(cameraId);
        // Safe: only breeds of these are kept.
        assert.match(visitor.video, shownAs[breed.video as keyof typeof shownAs]);
        if (breed.audio !== null) assert.match(visitor.audio, heardAs[breed.audio as keyof typeof heardAs]);
        assert.equal(visitor.backwards > 0, breed.name.includes('B-frames'));

        const file = await exported(place, library, beganMs - 1000);
        const { codecs, durationSeconds } = probe(file);
        const codec = exportedAs[breed.video as keyof typeof exportedAs];
        assert.deepEqual(codecs, breed.audio === null ? [codec] : [codec, 'aac']);
        assert.ok(durationSeconds > recordedSeconds / 2, `${durationSeconds} s`);
        const { errors, pictures } = decode(file);
        assert.equal(errors, '');
        assert.ok(pictures > (recordedSeconds / 2) * zooFramesPerSecond, `${pictures} pictures`);
        table.push({
          ...{ breed: breed.name, 'shown as': visitor.video, 'heard as': visitor.audio },
          ...{ by: visitor.intakes.join(', '), exported: codecs.join(' + '), seconds: durationSeconds.toFixed(1) },
        });
      } finally {
        await watching.close();
        await server.close();
        place.remove();
      }
    });
  }
  after(() => console.table(table));
});
