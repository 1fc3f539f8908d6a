/**
 * Plays what is recorded of one camera in a <video>: begins at any moment, runs on over recordings, passes over gaps and
 * says so, and follows the recording at its end. Asks for fragments by credit, so that at most half a minute lies ahead
 * and one minute behind. Never throws after construction: trouble is a state. `close` may be called twice. Leaves the
 * browser's buffer to mediaBuffer.ts, and what the states are called on screen to the view.
 */
import type { PlaybackNotice } from '../../main/contract/stream.ts';
import { MediaBuffer } from './mediaBuffer.ts';
import type { Gap, PlaybackEvents, PlaybackState } from './playbackState.ts';
import { PlaybackStream } from './playbackStream.ts';

const creditWindow = 8;
const aheadMs = 30_000;
const behindSeconds = 60;
/** The element's clock begins at a local midnight and serves so long; a moment outside of that gets another midnight. */
const clockLengthMs = 36 * 3_600_000;
const seekDeadlineMs = 3000;
/** At the end of what is recorded, playing waits until so much lies ahead: fragments come a second at a time. */
const edgeCushionSeconds = 1.5;

export class PlaybackPlayer {
  readonly #video: HTMLVideoElement;
  readonly #on: PlaybackEvents;
  readonly #buffer: MediaBuffer;
  readonly #stream: PlaybackStream;
  readonly #over = new AbortController();
  #state: PlaybackState = { state: 'seeking' };
  #baseMs: number;
  #targetMs: number;
  /** End of what has arrived since the last seek; null before its first fragment. */
  #arrivedToMs: number | null = null;
  #gaps: Gap[] = [];
  /** Everything recorded has been sent, and the rest comes as it is recorded. */
  #following = false;
  /** A recording that needs a new MediaSource begins there: it is asked for when the playhead comes to it. */
  #cutMs: number | null = null;
  #seekTimer: ReturnType<typeof setTimeout> | null = null;
  #nextSeekMs: number | null = null;
  #asked = false;
  #wantsPlay = false;
  #holding = false;
  #rate = 1;

  /** `open` gives the stream's port, and rejects when it cannot be had. */
  constructor(
    video: HTMLVideoElement,
    open: (signal: AbortSignal) => Promise<MessagePort>,
    startMs: number,
    on: PlaybackEvents,
  ) {
    this.#video = video;
    this.#on = on;
    this.#targetMs = startMs;
    this.#baseMs = baseOf(startMs);
    this.#buffer = new MediaBuffer(video, {
      changed: () => this.#step(),
      broken: () => this.#fail('undecodable'),
    });
    const options = { signal: this.#over.signal };
    for (const name of ['timeupdate', 'waiting', 'stalled'] as const) {
      video.addEventListener(name, () => this.#step(), options);
    }
    video.addEventListener('seeked', () => this.#seekDone(), options);
    video.addEventListener('error', () => video.error && this.#fail('undecodable'), options);
    this.#countFrames();
    this.#stream = new PlaybackStream(open, {
      ready: () => this.seek(this.#targetMs),
      notice: (notice) => this.#receiveNotice(notice),
      media: (bytes, endMs) => this.#receiveMedia(bytes, endMs),
      spent: () => this.#grant(),
      ended: () => this.#fail('stopped'),
    });
  }

  get timeMs(): number {
    if (this.#nextSeekMs !== null) return this.#nextSeekMs;
    return this.#seekTimer === null && this.#stream.isOpen ? this.#clockMs() : this.#targetMs;
  }

  get playing(): boolean {
    return this.#wantsPlay;
  }

  play(): void {
    if (this.#state.state === 'gap') this.seek(this.#state.gap.toMs);
    this.#setPlaying(true);
  }

  pause(): void {
    this.#setPlaying(false);
  }

  /** 0.5 to 16. */
  setRate(rate: number): void {
    this.#rate = rate;
    this.#video.playbackRate = rate;
  }

  /** Asks for a moment. While one is on its way, only the last of those asked for after it is kept. */
  seek(toMs: number): void {
    const wantedMs = Math.max(0, Math.round(toMs));
    if (!this.#stream.isOpen) {
      this.#targetMs = wantedMs;
      this.#on.time(wantedMs);
      return;
    }
    if (this.#seekTimer !== null) {
      this.#nextSeekMs = wantedMs;
      this.#on.time(wantedMs);
      return;
    }
    this.#nextSeekMs = null;
    this.#targetMs = wantedMs;
    this.#on.time(wantedMs);
    this.#seekTimer = setTimeout(() => this.#seekDone(), seekDeadlineMs);
    const seconds = (wantedMs - this.#baseMs) / 1000;
    if (this.#buffer.ranges().some((range) => seconds >= range.start && seconds < range.end - 0.05)) {
      this.#setState({ state: 'shown' });
      this.#video.currentTime = seconds;
    } else {
      this.#begin();
    }
  }

  close(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    if (this.#seekTimer !== null) clearTimeout(this.#seekTimer);
    this.#video.pause();
    this.#buffer.close();
    this.#stream.close();
  }

  /** Asks anew, for `#targetMs`: all that was buffered or is on its way is of no use any more. */
  #begin(): void {
    this.#arrivedToMs = null;
    this.#gaps = [];
    this.#following = false;
    this.#cutMs = null;
    this.#holding = false;
    this.#buffer.clear();
    if (this.#targetMs < this.#baseMs || this.#targetMs > this.#baseMs + clockLengthMs) {
      this.#baseMs = baseOf(this.#targetMs);
    }
    this.#video.currentTime = (this.#targetMs - this.#baseMs) / 1000;
    this.#setState({ state: 'seeking' });
    this.#stream.seek(this.#targetMs);
    this.#asked = true;
    this.#grant();
  }

  #receiveMedia(bytes: Uint8Array<ArrayBuffer>, endMs: number | null): void {
    this.#buffer.append(bytes);
    if (endMs !== null) this.#arrivedToMs = endMs;
  }

  #receiveNotice(notice: PlaybackNotice): void {
    switch (notice.is) {
      case 'recording':
        this.#beginRecording(notice.startMs, notice.mime);
        break;
      case 'gap':
        this.#gaps.push({ fromMs: notice.fromMs, toMs: notice.toMs, cause: notice.cause });
        if (this.#arrivedToMs === null && this.#targetMs >= notice.fromMs && this.#targetMs < notice.toMs) {
          this.#setState({ state: 'gap', gap: { fromMs: notice.fromMs, toMs: notice.toMs, cause: notice.cause } });
          this.#seekDone();
        }
        break;
      case 'edge':
        this.#following = true;
        if (this.#arrivedToMs === null) {
          this.#hold(notice.atMs);
          this.#seekDone();
        }
        this.#step();
        break;
      case 'failed':
        // Main goes on with the next recording, if there is one.
        if (this.#arrivedToMs === null) this.#fail(notice.code);
        else this.#on.passed({ is: 'damaged', code: notice.code });
    }
  }

  #beginRecording(startMs: number, mime: string): void {
    if (this.#state.state === 'failed' && this.#state.code !== 'stopped') {
      const { code } = this.#state;
      this.#setState({ state: 'shown' });
      if (code !== 'undecodable') this.#on.passed({ is: 'damaged', code });
    }
    if (!MediaSource.isTypeSupported(mime)) {
      this.#setState({ state: 'unsupported', mime });
      this.#stream.ignore();
      this.#seekDone();
      return;
    }
    if (this.#arrivedToMs !== null && !this.#buffer.canFollow(mime)) {
      this.#cutMs = startMs;
      this.#stream.ignore();
    } else this.#buffer.begin(mime, (startMs - this.#baseMs) / 1000);
  }

  /** Looks at where the playhead is and what lies around it, and does what that calls for. */
  #step(): void {
    if (this.#over.signal.aborted || this.#state.state === 'gap' || this.#state.state === 'failed') return;
    const at = this.#video.currentTime;
    const ranges = this.#buffer.ranges();
    const here = ranges.find((range) => at >= range.start - 0.001 && at < range.end);
    const next = ranges.find((range) => range.start > at);
    const leftSeconds = here ? here.end - at : 0;
    const over = leftSeconds < this.#endSeconds();
    if (over && next && (this.#wantsPlay || !here)) this.#jump(at, next.start);
    else if (over && this.#cutMs !== null && this.#seekTimer === null) this.seek(this.#cutMs);
    else if (over && this.#following && this.#buffer.waiting === 0) this.#hold(this.#clockMs());
    else if (this.#holding && leftSeconds >= edgeCushionSeconds) this.#goOn();
    const first = ranges[0];
    if (first && first.start < at - behindSeconds - 15) this.#buffer.trimBefore(at - behindSeconds);
    this.#grant();
  }

  /**
   * With so little left, the end of what is buffered is reached. Chromium stops before it has shown the very last, and
   * the sooner the faster it plays: 0.5 s before it at 8 times, measured.
   */
  #endSeconds(): number {
    const stopped = this.#seekTimer === null && this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    return stopped && this.#wantsPlay ? Math.max(0.5, this.#rate / 4) : 0.12;
  }

  /** From the end of one recorded span to the start of the next. */
  #jump(fromSeconds: number, toSeconds: number): void {
    const toMs = this.#baseMs + toSeconds * 1000;
    const fromMs = this.#baseMs + fromSeconds * 1000;
    const gap = this.#gaps.find((each) => each.toMs > fromMs && each.fromMs < toMs);
    this.#video.currentTime = toSeconds + 0.001;
    if (gap && gap.toMs - gap.fromMs >= 1000) this.#on.passed({ is: 'gap', gap });
  }

  /** At the end of what is recorded: waits until there is more. */
  #hold(atMs: number): void {
    if (this.#holding) return;
    this.#holding = true;
    if (this.#rate > 1) {
      this.setRate(1);
      this.#on.rate(1);
    }
    this.#setState({ state: 'edge', atMs });
    this.#apply();
  }

  #goOn(): void {
    this.#holding = false;
    this.#setState({ state: 'shown' });
    this.#apply();
  }

  #seekDone(): void {
    if (this.#seekTimer === null) return;
    const waitsForMedia = this.#state.state === 'seeking';
    if (waitsForMedia && this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA && this.#nextSeekMs === null)
      return;
    clearTimeout(this.#seekTimer);
    this.#seekTimer = null;
    if (waitsForMedia) this.#setState({ state: 'shown' });
    if (this.#nextSeekMs !== null) this.seek(this.#nextSeekMs);
    else this.#apply();
  }

  #setPlaying(playing: boolean): void {
    if (this.#wantsPlay !== playing) {
      this.#wantsPlay = playing;
      this.#on.playing(playing);
    }
    this.#apply();
  }

  #apply(): void {
    const runs = this.#wantsPlay && !this.#holding && this.#state.state !== 'gap' && this.#state.state !== 'failed';
    this.#video.playbackRate = this.#rate;
    if (!runs) {
      this.#video.pause();
      return;
    }
    this.#video.play().catch((error: unknown) => {
      // 'AbortError' is a pause that came before the start; without a gesture of the user only silence may start.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || this.#video.muted) return;
      this.#video.muted = true;
      this.#apply();
    });
  }

  #grant(): void {
    if (!this.#asked || this.#state.state === 'unsupported' || this.#cutMs !== null) return;
    if (this.#arrivedToMs !== null && this.#arrivedToMs - this.#clockMs() > aheadMs) return;
    const messages = creditWindow - this.#stream.granted - this.#buffer.waiting;
    if (messages >= creditWindow / 2) this.#stream.grant(messages);
  }

  #countFrames(): void {
    this.#video.requestVideoFrameCallback((_, frame) => {
      if (this.#over.signal.aborted) return;
      if (this.#seekTimer === null && this.#state.state !== 'gap') this.#on.time(this.#baseMs + frame.mediaTime * 1000);
      this.#countFrames();
    });
  }

  #clockMs(): number {
    return this.#state.state === 'gap' ? this.#targetMs : this.#baseMs + this.#video.currentTime * 1000;
  }

  #fail(code: 'vaultDamaged' | 'gone' | 'undecodable' | 'stopped'): void {
    if (this.#over.signal.aborted) return;
    this.#setState({ state: 'failed', code });
    this.#seekDone();
    this.#apply();
  }

  #setState(state: PlaybackState): void {
    this.#state = state;
    this.#on.state(state);
  }
}

function baseOf(timeMs: number): number {
  const date = new Date(timeMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
