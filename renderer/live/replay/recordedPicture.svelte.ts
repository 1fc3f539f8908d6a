/**
 * The recorded picture of one camera, as the window knows it: what is shown or why nothing is, its stream's port, its
 * zoom. A stream that cannot be had, or that ended, is told as 'stopped' and asked for again. Never throws. Leaves the
 * words to the views.
 */
import type { CameraId } from '../../../main/contract/model.ts';
import { openStream } from '../../home.ts';
import type { ReplayLine } from '../pictures.ts';
import { wholePicture, type PictureView } from '../pictureView.ts';
import type { Still } from '../stillOf.ts';
import type { FromWorker } from '../workerMessages.ts';
import type { ReelNow, ReelState } from './replayMessages.ts';

const openAgainMs = 2000;
const stillDeadlineMs = 10_000;

export class RecordedPicture {
  readonly cameraId: CameraId;
  readonly tile: number;
  state = $state.raw<ReelState>({ is: 'seeking' });
  /** UTC ms of the picture on screen; null where there is none. */
  pictureMs = $state<number | null>(null);
  /** The picture's width by its height; of the last one there was. */
  aspect = $state(16 / 9);
  #view = $state.raw<PictureView>(wholePicture);
  readonly #line: ReplayLine;
  readonly #over = new AbortController();
  #stopped = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #stills = 0;
  // Nothing on screen reads it.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- as said above
  readonly #awaitedStills = new Map<number, (still: Still | null) => void>();

  constructor(cameraId: CameraId, line: ReplayLine) {
    this.cameraId = cameraId;
    this.#line = line;
    this.tile = line.tile(this);
  }

  /** Digital zoom: which part of the picture is painted. */
  get view(): PictureView {
    return this.#view;
  }

  set view({ x, y, scale }: PictureView) {
    this.#view = { x, y, scale };
    this.#line.view(this.tile, { x, y, scale });
  }

  /** Asks for its stream; the worker must know of the tile by then. */
  connect(): void {
    clearTimeout(this.#again);
    openStream({ kind: 'playback', cameraId: this.cameraId }, this.#over.signal).then(
      (port) => {
        this.#stopped = false;
        this.#line.tell({ is: 'port', tile: this.tile, port }, [port]);
      },
      () => this.ended(),
    );
  }

  /** Its stream is gone. */
  ended(): void {
    if (this.#over.signal.aborted) return;
    this.#stopped = true;
    this.state = { is: 'failed', code: 'stopped' };
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.connect(), openAgainMs);
  }

  now({ state, picture }: ReelNow): void {
    // Without a stream the worker only waits.
    if (this.#stopped && state.is === 'seeking') return;
    if (state.is !== this.state.is || !('is' in state && (state.is === 'shown' || state.is === 'edge')))
      this.state = state;
    this.pictureMs = picture?.atMs ?? null;
    if (picture) this.aspect = picture.widthPixels / picture.heightPixels;
  }

  /** It is painted where this element is, until the returned function is called; `whole`: without the zoom. */
  showIn(element: HTMLElement, whole = false): () => void {
    return this.#line.place(element, this.tile, whole);
  }

  /** The whole picture that is on screen now, at its own size. Rejects when there is none. */
  still(): Promise<Still> {
    const request = ++this.#stills;
    const { promise, resolve, reject } = Promise.withResolvers<Still>();
    const answer = (still: Still | null): void => {
      clearTimeout(deadline);
      this.#awaitedStills.delete(request);
      if (still === null) reject(new Error('There is no picture, or it could not be drawn.'));
      else resolve(still);
    };
    const deadline = setTimeout(() => answer(null), stillDeadlineMs);
    this.#awaitedStills.set(request, answer);
    this.#line.askStill(this.tile, request);
    return promise;
  }

  receive({ request, still }: Extract<FromWorker, { is: 'still' }>): void {
    this.#awaitedStills.get(request)?.(still);
  }

  close(): void {
    this.#over.abort();
    clearTimeout(this.#again);
    this.#line.dropTile(this.tile);
    for (const answer of [...this.#awaitedStills.values()]) answer(null);
  }
}
