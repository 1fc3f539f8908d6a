/**
 * Paints recorded spans and gaps on a canvas: the patterns of spans.css, one a cause, for rows that may hold hundreds of
 * them. A gap is at least 2 px wide; narrower than its pattern can be told it is filled. Paints what it is given, in
 * order: merging and words are others'.
 */
import type { Span } from '../../main/contract/model.ts';
import type { Inks } from '../state/inks.svelte.ts';
import { spanPattern } from './patterns.ts';

export interface Painted {
  /** Of the canvas, in CSS pixels. */
  widthPixels: number;
  heightPixels: number;
  fromMs: number;
  toMs: number;
  spans: readonly Span[];
  /** Moments of events. */
  ticks: readonly number[];
}

const leastPixels = 2;
const patternPixels = 6;
const signals: ReadonlySet<string> = new Set(['g-lost', 'g-network', 'g-refused', 'g-full']);

export function paintSpans(canvas: HTMLCanvasElement, painted: Painted, inks: Inks): void {
  const { widthPixels, heightPixels, fromMs, toMs } = painted;
  const scale = devicePixelRatio;
  canvas.width = Math.round(widthPixels * scale);
  canvas.height = Math.round(heightPixels * scale);
  const context = canvas.getContext('2d');
  if (!context || toMs <= fromMs) return;
  context.scale(scale, scale);
  const x = (ms: number): number => ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * widthPixels;
  const place = (span: Span): [number, number] => [
    x(span.fromMs),
    Math.max(leastPixels, x(span.toMs) - x(span.fromMs)),
  ];
  context.fillStyle = inks.recorded;
  for (const span of painted.spans) {
    if (span.kind !== 'recorded') continue;
    const [left, width] = place(span);
    context.fillRect(left, 0, width, heightPixels);
  }
  for (const span of painted.spans) {
    if (span.kind !== 'gap') continue;
    const [left, width] = place(span);
    const pattern = spanPattern(span).split(' ').at(-1) ?? '';
    const ink = signals.has(pattern) ? inks.signal : inks.quiet;
    context.clearRect(left, 0, width, heightPixels);
    context.fillStyle = width < patternPixels ? ink : (fillOf(pattern, heightPixels, ink, scale) ?? ink);
    context.fillRect(left, 0, width, heightPixels);
  }
  context.fillStyle = inks.event;
  const inset = heightPixels > 12 ? 4 : 0;
  for (const atMs of painted.ticks) context.fillRect(x(atMs) - 1, inset, 2, heightPixels - 2 * inset);
}

/** What a pattern repeats, in CSS pixels. `height`: of what is filled. */
const tiles: Readonly<
  Record<
    string,
    { width: number; height: 'all' | number; draw: (tile: CanvasRenderingContext2D, height: number) => void }
  >
> = {
  'g-lost': { width: 8, height: 8, draw: (tile) => diagonal(tile, 1.4, true) },
  'g-network': { width: 8, height: 8, draw: (tile) => diagonal(tile, 3, false) },
  'g-refused': {
    width: 8,
    height: 8,
    draw: (tile) => {
      diagonal(tile, 1.2, true);
      diagonal(tile, 1.2, false);
    },
  },
  'g-full': { width: 5, height: 5, draw: (tile) => tile.fillRect(0, 0, 2, 5) },
  'g-off': {
    width: 6,
    height: 6,
    draw: (tile) => {
      tile.beginPath();
      tile.arc(3, 3, 1.3, 0, 7);
      tile.fill();
    },
  },
  'g-paused': { width: 6, height: 6, draw: (tile) => tile.fillRect(0, 2, 6, 1) },
  'g-waiting': { width: 4, height: 'all', draw: (tile, height) => tile.fillRect(0, Math.floor(height / 2), 4, 1) },
  'g-hours': { width: 8, height: 8, draw: (tile) => tile.fillRect(0, 0, 1, 8) },
  'g-deleted': { width: 10, height: 'all', draw: (tile, height) => tile.fillRect(0, Math.floor(height / 2), 5, 1) },
};

/** Corner to corner, and what reaches in from the neighbours. */
function diagonal(tile: CanvasRenderingContext2D, width: number, rises: boolean): void {
  tile.lineWidth = width;
  tile.beginPath();
  for (const shift of [-8, 0, 8]) {
    tile.moveTo(shift - 1, rises ? 9 : -1);
    tile.lineTo(shift + 9, rises ? -1 : 9);
  }
  tile.stroke();
}

const made = new Map<string, CanvasPattern | null>();

/** null for a pattern that has no tile: it is filled whole. */
function fillOf(pattern: string, heightPixels: number, ink: string, scale: number): CanvasPattern | null {
  const tile = tiles[pattern];
  if (!tile) return null;
  const height = tile.height === 'all' ? heightPixels : tile.height;
  const key = `${pattern} ${height} ${ink} ${scale}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(tile.width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(canvas.width / tile.width, canvas.height / height);
  context.fillStyle = ink;
  context.strokeStyle = ink;
  tile.draw(context, height);
  const fill = context.createPattern(canvas, 'repeat');
  fill?.setTransform(new DOMMatrix().scale(tile.width / canvas.width, height / canvas.height));
  made.set(key, fill);
  return fill;
}
