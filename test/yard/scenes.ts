/**
 * What the simulated cameras look at: drawn places at dusk or under an infrared lamp, and a few things that move through
 * them. A scene is a still background and sprites whose path is an ffmpeg expression of the time `t` in seconds; every
 * path begins and ends outside the picture or where it began, so that the loop has no visible seam.
 */
import { colour, mix, randomOf, Raster, unitsHigh, unitsWide, type Colour, type Pixels } from './raster.ts';

export interface Sprite {
  picture: Pixels;
  /** ffmpeg overlay expressions for the sprite's left and top edge; W and H are the picture's size. */
  x: string;
  y: string;
}

export interface Scene {
  background: Pixels;
  sprites: Sprite[];
}

/** Changes whenever a drawing changes, so that clips of the old one are not used again. */
export const drawingsVersion = 1;

export const sceneCount = 16;

export function drawScene(index: number, widthPixels: number, heightPixels: number, seconds: number): Scene {
  const raster = new Raster(widthPixels, heightPixels);
  const random = randomOf(index + 1);
  hills(raster, random, index);
  if (index % 4 === 2) raster.infrared();
  const scale = widthPixels / unitsWide;
  return {
    background: raster.pixels(),
    sprites: [glow(Math.round(scale * 1.6), index, seconds)],
  };
}

const skies: readonly (readonly [string, string, string])[] = [
  ['#1d2747', '#7a4a63', '#e59a62'],
  ['#16253f', '#3f5f86', '#c9a58a'],
  ['#20304a', '#546a80', '#a9b0ad'],
  ['#241c3d', '#6d3f6e', '#d8776a'],
];

function hills(raster: Raster, random: () => number, index: number): void {
  const [top, middle, low] = skies[index % skies.length] ?? ['#1d2747', '#7a4a63', '#e59a62'];
  const sky = (_x: number, y: number): Colour =>
    y < 3 ? mix(colour(top), colour(middle), y / 3) : mix(colour(middle), colour(low), Math.min(1, (y - 3) / 2.5));
  raster.box(0, 0, unitsWide, unitsHigh, sky);
  for (let ridge = 0; ridge < 4; ridge++) {
    const base = 4.4 + ridge * 1.1;
    const tone = mix(colour('#3a3f5c'), colour('#0f151d'), ridge / 3);
    const phase = random() * 6;
    const points: [number, number][] = [[0, unitsHigh]];
    for (let x = 0; x <= unitsWide; x += 0.2) {
      points.push([x, base - 0.5 * Math.sin(x * (0.35 + ridge * 0.1) + phase) - 0.2 * Math.sin(x * 1.3 + phase * 2)]);
    }
    points.push([unitsWide, unitsHigh]);
    raster.polygon(points, tone);
  }
  raster.light(4 + random() * 8, 4.2, 3, [255, 190, 120], 0.5);
  raster.grain(0.12, 0.12, index);
  raster.vignette(0.35);
}

/** A soft ball of light that wanders through the picture. */
function glow(sizePixels: number, index: number, seconds: number): Sprite {
  const bytes = new Uint8Array(sizePixels * sizePixels * 4);
  for (let y = 0; y < sizePixels; y++) {
    for (let x = 0; x < sizePixels; x++) {
      const dx = (x + 0.5) / sizePixels - 0.5;
      const dy = (y + 0.5) / sizePixels - 0.5;
      const alpha = Math.exp(-(dx * dx + dy * dy) * 24) - Math.exp(-6);
      bytes.set([255, 226, 170, Math.max(0, Math.min(255, alpha * 255))], (y * sizePixels + x) * 4);
    }
  }
  const turn = `2*PI*t/${seconds}`;
  return {
    picture: { widthPixels: sizePixels, heightPixels: sizePixels, bytes },
    x: `(W-w)*(0.5+0.42*sin(${turn}+${index}))`,
    y: `(H-h)*(0.62+0.2*sin(2*(${turn})+${index * 2}))`,
  };
}
