/** Drawings of places outside the house: front door, driveway, garden, back gate and side passage. */
import { mix, unitsHigh, type Colour, type Raster } from '../raster.ts';
import { between, boards, bricks, foliage, hash, litWindow, sky, tree, type Drawing } from './scene.ts';

const lawn: Colour = [34, 52, 36];

export const frontDoor: Drawing = {
  draw(raster) {
    raster.box(0, 0, 16, 6.6, bricks([128, 74, 56], [92, 82, 76]));
    raster.box(0, 6.4, 16, 0.3, [58, 54, 52]);
    ground(raster, 6.7, lawn, [14, 22, 18]);
    // Path to the step.
    raster.polygon(
      [
        [6.7, 6.9],
        [9.3, 6.9],
        [12.6, 9],
        [3.4, 9],
      ],
      (x, y) => paving(x, y, [112, 108, 104]),
    );
    raster.box(6.2, 6.6, 3.6, 0.42, [134, 130, 124]);
    raster.box(6.6, 1.7, 2.8, 4.95, [206, 202, 192]);
    raster.box(6.8, 1.9, 2.4, 4.7, [38, 62, 70]);
    for (const [x, y] of [
      [7.05, 4.55],
      [8.1, 4.55],
    ] as const) {
      raster.box(x, y, 0.85, 1.7, [31, 51, 58]);
    }
    litWindow(raster, 7.1, 2.2, 1.8, 1.9, [255, 214, 142]);
    raster.ellipse(8.95, 4.35, 0.09, 0.09, [222, 180, 96]);
    raster.polygon(
      [
        [6, 1.35],
        [10, 1.35],
        [10.4, 1.75],
        [5.6, 1.75],
      ],
      [44, 48, 52],
    );
    litWindow(raster, 12, 2.5, 2.2, 2, [240, 190, 120]);
    raster.box(10.35, 2.7, 0.26, 0.46, [255, 236, 190]);
    for (const [x, seed] of [
      [4.9, 3],
      [11, 5],
      [1.4, 8],
      [14.6, 11],
    ] as const) {
      foliage(raster, x, 6.2, 0.75 + hash(seed, 1) * 0.5, [64, 98, 58], seed);
    }
    raster.light(10.5, 2.95, 2.1, [255, 196, 120], 0.75);
    raster.light(8, 6.8, 3.4, [255, 190, 120], 0.4, 0.5);
    shade(raster, 0.62, 1);
  },
  passers: [
    { is: 'moth', x: 10.5, y: 2.9, size: 0.16 },
    { is: 'cat', y: 7.4, size: 0.8, fromS: 5, toS: 13 },
  ],
};

export const driveway: Drawing = {
  draw(raster) {
    sky(raster, [30, 40, 72], [110, 84, 108], [226, 152, 104], 3.6);
    for (let house = 0; house < 5; house++) {
      const x = house * 3.4 - 0.6;
      raster.polygon(
        [
          [x, 3.7],
          [x, 2.5],
          [x + 1.2, 1.8],
          [x + 2.5, 2.5],
          [x + 2.5, 3.7],
        ],
        [38, 38, 50],
      );
      raster.box(x + 0.5, 2.75, 0.4, 0.42, hash(house, 2) > 0.4 ? [255, 208, 132] : [52, 54, 66]);
      raster.box(x + 1.5, 2.75, 0.4, 0.42, hash(house, 3) > 0.5 ? [255, 208, 132] : [52, 54, 66]);
    }
    ground(raster, 3.6, lawn, [16, 26, 20]);
    raster.polygon(
      [
        [0, 3.75],
        [16, 3.75],
        [16, 4.5],
        [0, 4.5],
      ],
      [66, 66, 72],
    );
    raster.polygon(
      [
        [7, 4.5],
        [10.2, 4.5],
        [15.4, 9],
        [2.6, 9],
      ],
      (x, y) => mix([74, 74, 80], [46, 46, 52], hash(Math.floor(x * 9), Math.floor(y * 9)) * 0.5),
    );
    for (let x = 0; x < 6.6; x += 0.55) foliage(raster, x, 4.9 + x * 0.02, 0.55, [46, 76, 46], Math.round(x * 7));
    for (let x = 11; x < 16.5; x += 0.55) foliage(raster, x, 5, 0.6, [46, 76, 46], Math.round(x * 5));
    tree(raster, 13.6, 5.2, 4.6, [54, 84, 50], 4);
    car(raster, 6, 6.9, 1, [88, 112, 146]);
    lamp(raster, 3, 4.1, 2.6);
    shade(raster, 0.75, 2);
  },
  passers: [
    { is: 'headlights', y: 4, size: 0.9, fromS: 2, toS: 6 },
    { is: 'headlights', y: 4.25, size: 1.1, fromS: 12, toS: 15 },
    { is: 'walker', y: 5.6, size: 1.5, fromS: 4, toS: 17 },
  ],
};

export const garden: Drawing = {
  draw(raster) {
    sky(raster, [24, 34, 62], [92, 82, 112], [214, 150, 118], 4.9);
    for (let x = -0.5; x < 17; x += 1.5) tree(raster, x, 4.6, 2.6 + hash(x, 3), [34, 54, 44], Math.round(x * 3) + 40);
    boards(
      raster,
      [
        [0, 3.1],
        [16, 3.1],
        [0, 4.9],
        [16, 4.9],
      ],
      44,
      (board) => mix([112, 86, 62], [58, 44, 36], hash(board, 1)),
    );
    ground(raster, 4.9, [48, 74, 44], [16, 28, 20]);
    for (let light = 0; light < 12; light++) {
      const x = 0.7 + light * 1.33;
      const y = 2.7 + 0.35 * Math.sin((light % 4) * 0.78);
      raster.ellipse(x, y, 0.07, 0.09, [255, 232, 176]);
      raster.light(x, y, 0.42, [255, 200, 120], 0.55);
    }
    // Table and bench.
    for (const [x, y, size] of [
      [5, 6.3, 1],
      [4.4, 7.1, 0.62],
    ] as const) {
      raster.polygon(
        [
          [x, y],
          [x + 3.2 * size, y - 0.2],
          [x + 3.9 * size, y + 0.45],
          [x + 0.5 * size, y + 0.7],
        ],
        [122, 94, 66],
      );
      for (const leg of [0.55, 3.5]) raster.box(x + leg * size, y + 0.4, 0.14, 0.9, [66, 50, 38]);
    }
    tree(raster, 12.6, 7, 5.4, [58, 92, 52], 7);
    foliage(raster, 1.2, 6.4, 1, [62, 96, 54], 3);
    raster.light(6.4, 5.9, 3, [255, 196, 130], 0.3, 0.6);
    shade(raster, 0.72, 3);
  },
  passers: [
    { is: 'cat', y: 7.9, size: 1, fromS: 2, toS: 12 },
    { is: 'moth', x: 6.2, y: 2.9, size: 0.13 },
  ],
};

export const backGate: Drawing = {
  draw(raster) {
    sky(raster, [18, 26, 52], [54, 70, 108], [156, 140, 140], 5.3);
    raster.ellipse(12.7, 0.95, 0.5, 0.5, [236, 234, 216]);
    raster.light(12.7, 0.95, 1.6, [190, 200, 230], 0.4);
    for (let x = -0.3; x < 17; x += 1.2)
      tree(raster, x, 5.4, 3.2 + hash(x, 8) * 1.4, [30, 48, 46], Math.round(x * 5) + 80);
    ground(raster, 5.3, [40, 58, 42], [16, 24, 20]);
    raster.polygon(
      [
        [6.4, 5.3],
        [9.6, 5.3],
        [13, 9],
        [3, 9],
      ],
      (x, y) => paving(x, y, [98, 94, 90]),
    );
    raster.box(0, 4, 5.7, 2.6, bricks([104, 70, 58], [74, 68, 66]));
    raster.box(10.3, 4, 5.7, 2.6, bricks([104, 70, 58], [74, 68, 66]));
    for (const x of [5.2, 9.9]) {
      raster.box(x, 2.7, 0.9, 4.1, bricks([122, 84, 68], [80, 74, 70]));
      raster.box(x - 0.12, 2.5, 1.14, 0.26, [128, 124, 118]);
      raster.ellipse(x + 0.45, 2.3, 0.24, 0.24, [255, 230, 178]);
    }
    for (let bar = 0; bar <= 12; bar++) {
      const x = 6.2 + bar * 0.3;
      raster.box(x, 3.1 + Math.abs(bar - 6) * 0.09, 0.07, 3.4 - Math.abs(bar - 6) * 0.09, [26, 28, 32]);
    }
    for (const y of [3.9, 6.1]) raster.box(6.1, y, 3.8, 0.11, [26, 28, 32]);
    raster.light(5.65, 2.3, 1.9, [255, 200, 130], 0.6);
    raster.light(10.35, 2.3, 1.9, [255, 200, 130], 0.6);
    raster.light(8, 7, 3, [255, 200, 140], 0.3, 0.5);
    shade(raster, 0.8, 4);
  },
  passers: [
    { is: 'walker', y: 7.6, size: 2.3, fromS: 6, toS: 14 },
    { is: 'moth', x: 5.65, y: 2.3, size: 0.14 },
  ],
};

export const sidePassage: Drawing = {
  draw(raster) {
    sky(raster, [20, 28, 50], [44, 56, 84], [110, 108, 116], 4);
    raster.box(0, 4, 16, 5, [34, 34, 38]);
    raster.box(0, 0.6, 6, 4, [30, 30, 34]);
    // The house wall, to the vanishing point at 6.6, 3.9.
    raster.polygon(
      [
        [7.6, 2.2],
        [16, -3],
        [16, 9],
        [12.6, 9],
        [7.6, 4.7],
      ],
      (x, y) => {
        const depth = Math.max(0.12, (x - 6.6) / 9.4);
        return bricks([150, 138, 126], [96, 92, 88])(Math.log(depth) * 6 + 40, ((y - 3.9) / depth) * 0.7 + 20);
      },
    );
    raster.polygon(
      [
        [5.9, 4.7],
        [7.6, 4.7],
        [12.6, 9],
        [1.1, 9],
      ],
      (x, y) => paving((x - 6.6) / Math.max(0.2, (y - 3.9) * 0.22) + 30, 12 / Math.max(0.2, y - 3.9), [120, 116, 110]),
    );
    boards(
      raster,
      [
        [-0.4, 0.6],
        [5.9, 2.9],
        [-0.4, 10.4],
        [5.9, 4.8],
      ],
      30,
      (board) => mix([116, 92, 70], [62, 50, 42], hash(board, 5)),
    );
    raster.box(5.9, 2.9, 1.7, 1.85, [46, 44, 46]);
    raster.box(6.4, 3.2, 0.7, 1.5, [70, 66, 62]);
    for (const [x, y, size] of [
      [9.3, 5.6, 1],
      [10.5, 6.5, 1.25],
    ] as const) {
      raster.box(x, y - 1.1 * size, 0.9 * size, 1.3 * size, [44, 58, 52]);
      raster.box(x - 0.06, y - 1.2 * size, 1.02 * size, 0.16 * size, [60, 76, 68]);
    }
    raster.ellipse(9.4, 2.1, 0.16, 0.2, [255, 238, 196]);
    raster.light(9.3, 2.2, 1.8, [255, 206, 140], 0.7);
    raster.light(7.2, 6.4, 2.4, [255, 206, 150], 0.4, 0.7);
    shade(raster, 0.8, 5);
  },
  passers: [{ is: 'cat', y: 8.1, size: 1.1, fromS: 7, toS: 13 }],
};

function ground(raster: Raster, horizon: number, far: Colour, near: Colour): void {
  raster.box(0, horizon, 16, unitsHigh - horizon, (x, y) => {
    const blade = hash(Math.floor(x * 26), Math.floor(y * 20)) - 0.5;
    return mix(mix(far, near, (y - horizon) / (unitsHigh - horizon)), [110, 130, 80], 0.07 + blade * 0.12);
  });
}

function paving(x: number, y: number, tone: Colour): Colour {
  const column = Math.floor(x / 1.1);
  const row = Math.floor(y / 0.5);
  const joint = x / 1.1 - column < 0.05 || y / 0.5 - row < 0.1;
  return joint ? mix(tone, [20, 20, 22], 0.55) : mix(tone, [40, 38, 40], hash(column, row) * 0.4);
}

function lamp(raster: Raster, x: number, base: number, height: number): void {
  raster.box(x - 0.04, base - height, 0.08, height, [28, 28, 32]);
  raster.box(x - 0.05, base - height, 0.55, 0.07, [28, 28, 32]);
  raster.ellipse(x + 0.45, base - height + 0.12, 0.16, 0.08, [255, 240, 200]);
  raster.light(x + 0.45, base - height + 0.1, 1.7, [255, 200, 130], 0.8);
  raster.light(x + 0.45, base + 0.4, 2.6, [255, 190, 120], 0.35, 0.35);
}

function car(raster: Raster, x: number, y: number, size: number, tone: Colour): void {
  const at = (dx: number, dy: number): readonly [number, number] => [x + dx * size, y + dy * size];
  raster.ellipse(x + 2 * size, y + 0.62 * size, 2.3 * size, 0.26 * size, [14, 14, 18], 0.7);
  raster.polygon(
    [
      at(0, 0),
      at(0.2, -0.5),
      at(1, -0.62),
      at(1.6, -1.25),
      at(3, -1.25),
      at(3.6, -0.6),
      at(4.1, -0.45),
      at(4.2, 0.4),
      at(0, 0.4),
    ],
    (_px, py) => mix(tone, [18, 22, 30], Math.max(0, (py - y) * 0.8 + 0.3)),
  );
  raster.polygon([at(1.15, -0.65), at(1.65, -1.13), at(2.2, -1.13), at(2.2, -0.62)], [30, 38, 48]);
  raster.polygon([at(2.32, -0.62), at(2.32, -1.13), at(2.92, -1.13), at(3.4, -0.6)], [30, 38, 48]);
  for (const wheel of [0.85, 3.35]) {
    const [wx, wy] = between(at(wheel, 0.4), at(wheel, 0.4), 0);
    raster.ellipse(wx, wy, 0.4 * size, 0.4 * size, [16, 16, 18]);
    raster.ellipse(wx, wy, 0.2 * size, 0.2 * size, [96, 98, 102]);
  }
  raster.ellipse(...at(0.12, -0.22), 0.12 * size, 0.1 * size, [236, 232, 214]);
}

function shade(raster: Raster, strength: number, seed: number): void {
  raster.grain(0.09, 0.14, seed);
  raster.grain(1.4, 0.16, seed + 50);
  raster.vignette(strength);
}
