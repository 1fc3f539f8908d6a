/** Drawings of places inside the house: hallway, garage and workshop. */
import { mix, type Colour, type Point, type Raster } from '../raster.ts';
import { boards, hash, litWindow, type Drawing } from './scene.ts';

/** A room seen from its end: its back wall, and floor, ceiling and walls that run to the picture's corners. */
function room(
  raster: Raster,
  back: { left: number; right: number; top: number; bottom: number },
  tones: { wall: Colour; ceiling: Colour; floor: (board: number) => Colour },
): void {
  const { left, right, top, bottom } = back;
  const corner = (x: number, y: number): Point => [x, y];
  raster.box(0, 0, 16, 9, tones.ceiling);
  const sideTone = (x: number): Colour => mix(tones.wall, [14, 10, 8], Math.min(0.5, Math.abs(x - 8) / 16));
  raster.polygon([corner(left, top), corner(-2, -3.4), corner(-2, 11), corner(left, bottom)], sideTone);
  raster.polygon([corner(right, top), corner(18, -3.4), corner(18, 11), corner(right, bottom)], sideTone);
  raster.polygon([corner(left, bottom), corner(right, bottom), corner(18.5, 11), corner(-2.5, 11)], tones.floor(0));
  boards(raster, [corner(left, bottom), corner(right, bottom), corner(-2.5, 11), corner(18.5, 11)], 18, tones.floor);
  raster.box(left, top, right - left, bottom - top, mix(tones.wall, [20, 16, 14], 0.25));
}

export const hallway: Drawing = {
  draw(raster) {
    room(
      raster,
      { left: 6, right: 10.4, top: 1.9, bottom: 5.2 },
      {
        wall: [188, 164, 128],
        ceiling: [158, 142, 116],
        floor: (board) => mix([116, 78, 48], [72, 48, 32], hash(board, 2)),
      },
    );
    raster.box(7.4, 2.5, 1.6, 2.7, [206, 198, 182]);
    raster.box(7.55, 2.62, 1.3, 2.58, [52, 66, 72]);
    litWindow(raster, 7.8, 2.85, 0.8, 0.8, [150, 170, 200]);
    // Rug.
    raster.polygon(
      [
        [7.1, 5.6],
        [9.3, 5.6],
        [12.4, 9],
        [4.2, 9],
      ],
      (x, y) =>
        Math.abs(Math.sin(y * y * 0.9)) > 0.82 || Math.abs(x - 8.2) > (y - 4) * 0.85 ? [150, 96, 70] : [126, 46, 40],
    );
    for (const [x, y, size] of [
      [11.6, 2.2, 0.9],
      [13.4, 1.9, 1.2],
    ] as const) {
      raster.polygon(
        [
          [x, y],
          [x + size, y - 0.35 * size],
          [x + size, y + 1.7 * size],
          [x, y + 1.35 * size],
        ],
        [64, 48, 36],
      );
      raster.polygon(
        [
          [x + 0.1, y + 0.14],
          [x + size - 0.1, y - 0.2 * size],
          [x + size - 0.1, y + 1.5 * size],
          [x + 0.1, y + 1.2 * size],
        ],
        (_px, py) => mix([92, 116, 130], [206, 180, 132], (py - y) / (1.5 * size)),
      );
    }
    // Table with a lamp.
    raster.polygon(
      [
        [1.7, 5],
        [4.9, 4.7],
        [5.2, 5],
        [1.9, 5.4],
      ],
      [104, 68, 42],
    );
    for (const [x, length] of [
      [1.95, 2.2],
      [4.95, 1.2],
    ] as const) {
      raster.box(x, 5, 0.14, length, [70, 46, 30]);
    }
    raster.polygon(
      [
        [3, 3.2],
        [3.9, 3.2],
        [4.2, 4.1],
        [2.7, 4.1],
      ],
      [255, 226, 170],
    );
    raster.box(3.4, 4.1, 0.12, 0.8, [120, 96, 60]);
    raster.light(3.45, 3.7, 2.6, [255, 200, 120], 0.75);
    raster.light(8.2, 0.8, 3, [255, 214, 150], 0.35, 0.5);
    finish(raster, 0.95, 11);
  },
  passers: [{ is: 'cat', y: 8.3, size: 1.2, fromS: 8, toS: 15 }],
};

export const garage: Drawing = {
  draw(raster) {
    room(
      raster,
      { left: 2.6, right: 13.4, top: 1.2, bottom: 5.9 },
      {
        wall: [142, 144, 142],
        ceiling: [88, 90, 92],
        floor: (board) => mix([98, 98, 98], [78, 78, 80], hash(board, 6)),
      },
    );
    for (let slat = 0; slat < 11; slat++) {
      raster.box(4.4, 1.7 + slat * 0.38, 7.4, 0.34, (_x, y) =>
        mix([176, 178, 176], [112, 114, 116], (y - 1.7 - slat * 0.38) / 0.34),
      );
    }
    for (let shelf = 0; shelf < 3; shelf++) {
      const y = 2.6 + shelf * 1.35;
      raster.polygon(
        [
          [-0.2, y - 0.3 - shelf * 0.05],
          [2.5, y],
          [2.5, y + 0.13],
          [-0.2, y],
        ],
        [96, 74, 52],
      );
      for (let thing = 0; thing < 4; thing++) {
        const height = 0.35 + hash(thing, shelf) * 0.5;
        const tone: Colour = (
          [
            [150, 62, 46],
            [58, 86, 112],
            [170, 142, 70],
            [70, 92, 66],
          ] as const
        )[(thing + shelf) % 4] ?? [90, 90, 90];
        raster.box(0.1 + thing * 0.6, y - 0.22 + thing * 0.06 - height, 0.45, height, tone);
      }
    }
    // Bicycle against the right wall.
    for (const x of [12.2, 14.3]) {
      raster.ellipse(x, 6.5, 0.85, 0.95, [28, 28, 30]);
      raster.ellipse(x, 6.5, 0.75, 0.85, [112, 112, 112]);
    }
    for (const line of [
      [12.2, 6.5, 13, 5.3],
      [13, 5.3, 14.1, 5.2],
      [13.2, 6.6, 14.1, 5.2],
      [12.2, 6.5, 13.2, 6.6],
      [14.3, 6.5, 13.95, 4.8],
    ] as const) {
      const [x1, y1, x2, y2] = line;
      raster.polygon(
        [
          [x1, y1 - 0.06],
          [x2, y2 - 0.06],
          [x2 + 0.05, y2 + 0.06],
          [x1 + 0.05, y1 + 0.06],
        ],
        [176, 58, 44],
      );
    }
    raster.ellipse(8, 7.4, 1.6, 0.35, [52, 52, 54], 0.6);
    raster.box(6.9, 0.75, 2.2, 0.16, [250, 250, 240]);
    raster.light(8, 0.85, 3.4, [226, 236, 255], 0.5, 0.5);
    raster.light(8, 5.5, 4.4, [226, 236, 255], 0.25);
    finish(raster, 0.8, 12);
  },
  passers: [{ is: 'walker', y: 8.2, size: 4, fromS: 5, toS: 12 }],
};

export const workshop: Drawing = {
  draw(raster) {
    room(
      raster,
      { left: 1.6, right: 14.4, top: 0.9, bottom: 5.6 },
      {
        wall: [150, 118, 84],
        ceiling: [84, 66, 50],
        floor: (board) => mix([92, 76, 60], [66, 54, 44], hash(board, 9)),
      },
    );
    raster.box(3, 1.5, 7.6, 2.6, (x, y) => {
      const hole = Math.hypot(((x * 5) % 1) - 0.5, ((y * 5) % 1) - 0.5) < 0.16;
      return hole ? [84, 64, 46] : [168, 138, 100];
    });
    for (let tool = 0; tool < 9; tool++) {
      const x = 3.5 + tool * 0.78;
      const length = 0.9 + hash(tool, 4) * 1.1;
      raster.box(x, 1.8, 0.12, length, [70, 52, 40]);
      if (tool % 3 === 0) raster.box(x - 0.22, 1.7, 0.56, 0.26, [150, 152, 156]);
      else if (tool % 3 === 1)
        raster.polygon(
          [
            [x - 0.05, 1.8],
            [x + 0.3, 1.8],
            [x + 0.18, 3.1],
            [x, 3.1],
          ],
          [168, 170, 172],
        );
      else raster.ellipse(x + 0.06, 1.95, 0.24, 0.24, [146, 62, 44]);
    }
    litWindow(raster, 11.4, 1.7, 2.2, 1.9, [96, 118, 156]);
    raster.polygon(
      [
        [1.8, 5],
        [12.4, 5],
        [13.6, 5.9],
        [0.8, 5.9],
      ],
      (x, y) => mix([176, 132, 84], [120, 86, 54], hash(Math.floor(x * 2), Math.floor(y * 7)) * 0.6),
    );
    raster.box(0.8, 5.9, 12.8, 0.3, [112, 80, 50]);
    for (const x of [1.2, 6.8, 12.7]) raster.box(x, 6.2, 0.45, 2.2, [92, 66, 42]);
    raster.box(2.6, 4.5, 1.1, 0.75, [70, 84, 96]);
    raster.box(5.2, 4.85, 2.4, 0.22, [206, 172, 120]);
    raster.box(9.4, 4.3, 0.7, 0.85, [140, 54, 44]);
    raster.box(7.96, 0, 0.06, 1.2, [30, 28, 26]);
    raster.polygon(
      [
        [7.6, 1.2],
        [8.4, 1.2],
        [8.8, 1.6],
        [7.2, 1.6],
      ],
      [46, 60, 56],
    );
    raster.ellipse(8, 1.64, 0.5, 0.1, [255, 244, 210]);
    raster.light(8, 1.9, 3, [255, 214, 150], 0.65);
    raster.light(7.4, 5.4, 4, [255, 206, 140], 0.35, 0.4);
    finish(raster, 0.9, 13);
  },
  passers: [{ is: 'moth', x: 8, y: 2, size: 0.16 }],
};

function finish(raster: Raster, strength: number, seed: number): void {
  raster.grain(0.08, 0.1, seed);
  raster.grain(1.7, 0.12, seed + 50);
  raster.vignette(strength);
}
