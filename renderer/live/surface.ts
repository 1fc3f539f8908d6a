/**
 * The window's side of one canvas that the worker paints: tells it the canvas's size and where each picture's place is,
 * in device pixels, whenever that may have changed. Looks at the places only after something happened (a size, a style, a
 * scroll, a transition, another density of pixels), and then at every frame until nothing moves any more. Leaves to the
 * page what lies over the canvas.
 */
import { devicePlace, isOn, type Box } from './geometry.ts';
import type { Arrangement, Place, ToWorker } from './workerMessages.ts';

/** Frames without a change after which nothing is looked at any more. */
const stillFrames = 3;

export class Surface {
  readonly #number: number;
  readonly #canvas: HTMLCanvasElement;
  readonly #tell: (message: ToWorker, transfer?: Transferable[]) => void;
  readonly #placesOf: () => Iterable<readonly [HTMLElement, Pick<Place, 'tile' | 'whole'>]>;
  readonly #sizes = new ResizeObserver(() => this.lookAgain());
  readonly #styles = new MutationObserver(() => this.lookAgain());
  readonly #ends = new AbortController();
  #observed = new Set<Element>();
  #told = '';
  #frame = 0;
  #quiet = 0;

  /** `placesOf` gives every element that is a picture's place, with what is shown there. */
  constructor(
    surface: number,
    canvas: HTMLCanvasElement,
    tell: (message: ToWorker, transfer?: Transferable[]) => void,
    placesOf: () => Iterable<readonly [HTMLElement, Pick<Place, 'tile' | 'whole'>]>,
  ) {
    this.#number = surface;
    this.#canvas = canvas;
    this.#tell = tell;
    this.#placesOf = placesOf;
    const offscreen = canvas.transferControlToOffscreen();
    tell({ is: 'surface', surface, canvas: offscreen }, [offscreen]);
    this.#watch();
    this.lookAgain();
  }

  /** Something may have moved. */
  readonly lookAgain = (): void => {
    this.#quiet = 0;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#look());
  };

  /** As `lookAgain`, without waiting for the next frame: what is on screen changes in this one. */
  lookNow(): void {
    this.#arrange();
    this.lookAgain();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#ends.abort();
    this.#sizes.disconnect();
    this.#styles.disconnect();
    this.#tell({ is: 'dropSurface', surface: this.#number });
  }

  #watch(): void {
    const { signal } = this.#ends;
    this.#sizes.observe(this.#canvas);
    this.#styles.observe(document.documentElement, {
      ...{ subtree: true, childList: true, attributes: true },
      attributeFilter: ['style', 'class', 'hidden', 'data-theme'],
    });
    window.addEventListener('resize', this.lookAgain, { signal });
    for (const event of ['scroll', 'transitionrun', 'transitionend', 'fullscreenchange'])
      document.addEventListener(event, this.lookAgain, { signal, capture: true, passive: true });
    this.#watchDensity();
  }

  /** A media query tells one change of the density; after it the next one is asked for. */
  #watchDensity(): void {
    const { signal } = this.#ends;
    window.matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      'change',
      () => {
        this.lookAgain();
        this.#watchDensity();
      },
      { once: true, signal },
    );
  }

  #look(): void {
    this.#frame = 0;
    this.#quiet = this.#arrange() ? 0 : this.#quiet + 1;
    if (this.#quiet < stillFrames) this.#frame = requestAnimationFrame(() => this.#look());
  }

  /** Tells the worker what changed. False when nothing did. */
  #arrange(): boolean {
    const all = [...this.#placesOf()];
    this.#observe(all.map(([element]) => element));
    const arrangement = this.#measure(all);
    const said = JSON.stringify(arrangement);
    if (said === this.#told) return false;
    this.#told = said;
    this.#tell({ is: 'arrange', surface: this.#number, arrangement });
    return true;
  }

  #measure(all: (readonly [HTMLElement, Pick<Place, 'tile' | 'whole'>])[]): Arrangement {
    const canvas = this.#canvas.getBoundingClientRect();
    const { width, height } = devicePlace(canvas, canvas, devicePixelRatio);
    const places: Place[] = [];
    for (const [element, shown] of all) {
      const box: Box = devicePlace(element.getBoundingClientRect(), canvas, devicePixelRatio);
      if (isOn(box, { width, height })) places.push({ ...shown, box });
    }
    const ground = getComputedStyle(this.#canvas).backgroundColor;
    const bare = getComputedStyle(document.documentElement).getPropertyValue('--tile').trim();
    return { widthPixels: width, heightPixels: height, places, ground, bare };
  }

  #observe(elements: Element[]): void {
    for (const gone of this.#observed) if (!elements.includes(gone)) this.#sizes.unobserve(gone);
    for (const one of elements) if (!this.#observed.has(one)) this.#sizes.observe(one);
    this.#observed = new Set(elements);
  }
}
