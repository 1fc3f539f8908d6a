/**
 * What the simulated cameras look at: eight drawn places, each in two versions (the second mirrored, and some as an
 * infrared camera sees them), and a few things that move through them. Deterministic, at any size.
 */
import { Raster, unitsWide, type Pixels } from '../raster.ts';
import { garage, hallway, workshop } from './indoors.ts';
import { backGate, driveway, frontDoor, garden, sidePassage } from './outdoors.ts';
import { spriteOf } from './passers.ts';
import type { Sprite } from './scene.ts';

export interface Scene {
  background: Pixels;
  sprites: Sprite[];
}

/** Changes whenever a drawing changes, so that clips of the old one are not used again. */
export const drawingsVersion = 3;

const places = [frontDoor, driveway, garden, backGate, hallway, garage, sidePassage, workshop];
const infraredScenes = new Set([2, 6, 9, 11, 13]);

/** `index` 0..15; `seconds` is the length of the loop. */
export function drawScene(index: number, widthPixels: number, heightPixels: number, seconds: number): Scene {
  const raster = new Raster(widthPixels, heightPixels);
  const place = places[index % places.length] ?? frontDoor;
  place.draw(raster);
  if (infraredScenes.has(index)) raster.infrared();
  const mirrored = index >= places.length;
  if (mirrored) raster.mirror();
  const passers = mirrored
    ? place.passers.map((passer) => (passer.is === 'moth' ? { ...passer, x: unitsWide - passer.x } : passer))
    : place.passers;
  const sprites = passers.map((passer) => spriteOf(passer, widthPixels / unitsWide, seconds));
  return { background: raster.pixels(), sprites };
}
