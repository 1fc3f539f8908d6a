/** Sprites for what moves through a scene: walkers, cats, headlights and moths, with paths that loop without a seam. */
import { Raster, type Colour, type Pixels } from '../raster.ts';
import type { Passer, Sprite } from './scene.ts';

export function spriteOf(passer: Passer, pixelsPerUnit: number, seconds: number): Sprite {
  if (passer.is === 'moth') {
    const picture = ball(Math.max(4, Math.round(passer.size * 2 * pixelsPerUnit)), [255, 244, 214]);
    const turn = `2*PI*t/${seconds}`;
    const x = passer.x * pixelsPerUnit;
    const y = passer.y * pixelsPerUnit;
    return {
      picture,
      x: `${x}+${0.9 * pixelsPerUnit}*sin(7*(${turn}))*cos(3*(${turn}))-w/2`,
      y: `${y}+${0.5 * pixelsPerUnit}*sin(9*(${turn})+1)-w/2`,
    };
  }
  const picture = pictureOf(passer.is, passer.size, pixelsPerUnit);
  const share = `clip((t-${passer.fromS})/${passer.toS - passer.fromS},0,1)`;
  const bob = passer.is === 'headlights' ? '' : `+${0.02 * passer.size * pixelsPerUnit}*sin(2*PI*t*1.8)`;
  return { picture, x: `-w-2+(W+w+4)*${share}`, y: `${passer.y * pixelsPerUnit}-h${bob}` };
}

function pictureOf(kind: 'walker' | 'cat' | 'headlights', size: number, pixelsPerUnit: number): Pixels {
  const scale = size * pixelsPerUnit;
  switch (kind) {
    case 'walker':
      return cutOut(0.5, 1, scale, (raster, tone) => {
        raster.ellipse(0.25, 0.09, 0.065, 0.08, tone([120, 92, 76]));
        raster.polygon(
          [
            [0.14, 0.2],
            [0.36, 0.2],
            [0.35, 0.58],
            [0.15, 0.58],
          ],
          tone([46, 58, 78]),
        );
        raster.polygon(
          [
            [0.12, 0.22],
            [0.17, 0.2],
            [0.13, 0.56],
            [0.08, 0.54],
          ],
          tone([40, 50, 68]),
        );
        raster.polygon(
          [
            [0.33, 0.2],
            [0.38, 0.22],
            [0.44, 0.52],
            [0.39, 0.55],
          ],
          tone([40, 50, 68]),
        );
        raster.polygon(
          [
            [0.15, 0.56],
            [0.26, 0.56],
            [0.19, 0.98],
            [0.1, 0.98],
          ],
          tone([28, 30, 38]),
        );
        raster.polygon(
          [
            [0.25, 0.56],
            [0.35, 0.56],
            [0.42, 0.98],
            [0.33, 0.98],
          ],
          tone([24, 26, 34]),
        );
      });
    case 'cat':
      return cutOut(1, 0.6, scale, (raster, tone) => {
        const fur = tone([34, 30, 30]);
        raster.ellipse(0.48, 0.34, 0.28, 0.12, fur);
        raster.ellipse(0.8, 0.22, 0.1, 0.09, fur);
        raster.polygon(
          [
            [0.73, 0.17],
            [0.74, 0.06],
            [0.8, 0.14],
          ],
          fur,
        );
        raster.polygon(
          [
            [0.81, 0.14],
            [0.87, 0.06],
            [0.88, 0.18],
          ],
          fur,
        );
        raster.polygon(
          [
            [0.24, 0.32],
            [0.08, 0.12],
            [0.11, 0.1],
            [0.28, 0.28],
          ],
          fur,
        );
        for (const x of [0.26, 0.36, 0.62, 0.7]) raster.box(x, 0.38, 0.05, 0.2, fur);
      });
    case 'headlights':
      return ball(Math.round(scale * 1.2), [255, 240, 200]);
  }
}

/** A shape with soft edges: drawn once in its colours, and once as a mask. */
function cutOut(
  width: number,
  height: number,
  scale: number,
  draw: (raster: Raster, tone: (colour: Colour) => Colour) => void,
): Pixels {
  const widthPixels = Math.max(2, Math.round(width * scale));
  const heightPixels = Math.max(2, Math.round(height * scale));
  const picture = new Raster(widthPixels, heightPixels, scale);
  draw(picture, (colour) => colour);
  const mask = new Raster(widthPixels, heightPixels, scale);
  draw(mask, () => [255, 255, 255]);
  const pixels = picture.pixels();
  const cover = mask.pixels().bytes;
  for (let offset = 0; offset < cover.length; offset += 4) {
    const alpha = cover[offset] ?? 0;
    for (let part = 0; part < 3 && alpha > 0; part++) {
      // The picture was blended with black at its edges.
      pixels.bytes[offset + part] = Math.min(255, ((pixels.bytes[offset + part] ?? 0) * 255) / alpha);
    }
    pixels.bytes[offset + 3] = alpha;
  }
  return pixels;
}

/** A soft ball of light. */
function ball(sizePixels: number, tint: Colour): Pixels {
  const bytes = new Uint8Array(sizePixels * sizePixels * 4);
  for (let y = 0; y < sizePixels; y++) {
    for (let x = 0; x < sizePixels; x++) {
      const dx = (x + 0.5) / sizePixels - 0.5;
      const dy = (y + 0.5) / sizePixels - 0.5;
      const alpha = Math.exp(-(dx * dx + dy * dy) * 26) - Math.exp(-6.5);
      bytes.set([...tint, Math.max(0, Math.min(255, alpha * 255))], (y * sizePixels + x) * 4);
    }
  }
  return { widthPixels: sizePixels, heightPixels: sizePixels, bytes };
}
