/** Which of two connections a viewer sees, in every order in which they come and go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamState } from '../../../main/contract/model.ts';
import { EitherWay, type Watchable } from '../../../main/core/video/eitherWay.ts';
import { FanOut, type Viewer } from '../../../main/core/video/fanOut.ts';

const config = { codec: 'avc1.42c015', widthPixels: 160, heightPixels: 120, description: new Uint8Array([1]) };

/** A connection: what a feed does with its fan-out, by hand. */
class Way implements Watchable {
  state: StreamState = { state: 'connecting', sinceMs: 0, answered: false };
  readonly #name: 'rtsp' | 'ffmpeg';
  readonly #fanOut = new FanOut();
  #timeMs = 0;
  watchers = 0;

  constructor(name: 'rtsp' | 'ffmpeg') {
    this.#name = name;
  }

  watch(viewer: Viewer): () => void {
    this.watchers += 1;
    viewer.state(this.state);
    const stop = this.#fanOut.watch(viewer);
    return () => {
      this.watchers -= 1;
      stop();
    };
  }

  connect(): void {
    this.#set({ state: 'live', sinceMs: 0 });
    this.#fanOut.video(config, { role: 'main', intake: this.#name });
    this.picture(true);
  }

  picture(keyframe = false): void {
    this.#timeMs += 40;
    this.#fanOut.frame({ track: 'video', keyframe, timeMs: this.#timeMs, data: new Uint8Array(1) }, 0);
  }

  lose(): void {
    this.#fanOut.reset();
    this.#set({ state: 'lost', sinceMs: 0, cause: 'closed', nextTryMs: 0 });
  }

  tryAgain(): void {
    this.#set({ state: 'connecting', sinceMs: 0, answered: false });
  }

  #set(state: StreamState): void {
    this.state = state;
    this.#fanOut.state(state);
  }
}

/** What a viewer was told: intakes, 'K' and 'p' for pictures, states. */
function diary(): { viewer: Viewer; lines: string[]; take: () => string } {
  const lines: string[] = [];
  const viewer: Viewer = {
    config: (_video, _audio, { intake }) => lines.push(intake),
    frame: ({ keyframe }) => lines.push(keyframe ? 'K' : 'p'),
    state: ({ state }) => lines.push(state),
  };
  return { viewer, lines, take: () => lines.splice(0).join(' ') };
}

function both(atOnce: boolean): { own: Way; recorded: Way; way: EitherWay; take: () => string } {
  const { viewer, take } = diary();
  const way = new EitherWay(viewer, { atOnce });
  return { own: new Way('rtsp'), recorded: new Way('ffmpeg'), way, take };
}

test('the recorded connection shows until the own one has a picture, and is left alone then', () => {
  const { own, recorded, way, take } = both(true);
  recorded.connect();
  way.ways({ own, recorded });
  assert.match(take(), /live ffmpeg (?:live )?K$/);
  recorded.picture();
  assert.equal(take(), 'p');
  own.connect();
  assert.equal(take(), 'live rtsp K');
  recorded.picture();
  own.picture();
  assert.equal(take(), 'p');
  assert.equal(recorded.watchers, 0);
});

test('when the own connection is lost the recorded one shows at once, from its last keyframe, until it is back', () => {
  const { own, recorded, way, take } = both(true);
  recorded.connect();
  own.connect();
  way.ways({ own, recorded });
  take();
  recorded.picture();
  own.lose();
  assert.equal(take(), 'live live ffmpeg K p');
  own.tryAgain();
  own.lose();
  recorded.picture();
  assert.equal(take(), 'p');
  own.tryAgain();
  own.connect();
  assert.equal(take(), 'live rtsp K');
});

test('a stream of another kind than the recorded one waits for its own connection, as long as that may come', () => {
  const { own, recorded, way, take } = both(false);
  recorded.connect();
  way.ways({ own, recorded });
  assert.equal(take(), 'connecting');
  assert.equal(recorded.watchers, 0);
  own.lose();
  assert.match(take(), /ffmpeg (?:live )?K$/);
});

test('where both are lost the viewer hears of it, and of nothing else', () => {
  const { own, recorded, way, take } = both(true);
  recorded.connect();
  own.connect();
  way.ways({ own, recorded });
  recorded.lose();
  take();
  own.lose();
  assert.equal(take().split(' ').at(-1), 'lost');
  recorded.tryAgain();
  recorded.connect();
  assert.equal(take(), 'connecting live live ffmpeg K');
});

test('a connection that is taken away is watched no more, and neither is any after the end', () => {
  const { own, recorded, way, take } = both(true);
  recorded.connect();
  own.connect();
  way.ways({ own, recorded });
  take();
  way.ways({ own: null, recorded });
  assert.match(take(), /ffmpeg (?:live )?K$/);
  assert.deepEqual([own.watchers, recorded.watchers], [0, 1]);
  way.close();
  way.close();
  recorded.picture();
  assert.equal(take(), '');
  assert.deepEqual([own.watchers, recorded.watchers], [0, 0]);
});
