/**
 * The wall's scaler, in AssemblyScript (WebAssembly with SIMD; build/scaler.ts compiles it). Makes an RGBA picture of any
 * size out of the planes of a YUV 4:2:0 one: bilinear between neighbours, after halving while it would become smaller than
 * half. Works row by row with 15-bit values (7 of them behind the point), so that nothing is rounded twice.
 *
 * Memory is laid out by the caller (scaler.ts), who also sees to it that 64 bytes beyond every plane, row and picture may
 * be read and written. Checks nothing: it can reach no memory but its own.
 */

/** One group of a column table: eight outputs. i32 first source pixel; 16 + 16 B indices; 8 x i16 weights of 32768. */
const groupBytes: i32 = 64;

let lumaBlack: i16 = 0;
let lumaGain: i16 = 0;
let redOfV: i16 = 0;
let greenOfU: i16 = 0;
let greenOfV: i16 = 0;
let blueOfU: i16 = 0;

/**
 * How values become colours, each gain halved and times 32768, but blue's, of which 1 is taken first. `black` is the
 * luma of black times 128.
 */
export function setColours(black: i32, gain: i32, rv: i32, gu: i32, gv: i32, bu: i32): void {
  lumaBlack = <i16>black;
  lumaGain = <i16>gain;
  redOfV = <i16>rv;
  greenOfU = <i16>gu;
  greenOfV = <i16>gv;
  blueOfU = <i16>bu;
}

/**
 * Where each of `count` outputs of a row comes from: output x lies at `from + x * step` of `width` source pixels, of
 * which two neighbours are mixed. Steps up to 2.
 */
export function makeColumns(table: usize, count: i32, width: i32, from: f64, step: f64): void {
  const last = width - 1;
  for (let x: i32 = 0; x < count; x += 8) {
    const group = table + <usize>((x >> 3) * groupBytes);
    let base: i32 = 0;
    for (let k: i32 = 0; k < 8; k++) {
      const at = min(max(from + <f64>min(x + k, count - 1) * step, 0), <f64>last);
      const left = <i32>at;
      if (k == 0) base = left;
      store<u8>(group + 16 + k, <u8>(left - base));
      store<u8>(group + 32 + k, <u8>(min(left + 1, last) - base));
      store<i16>(group + 48 + (k << 1), <i16>min((at - <f64>left) * 32768 + 0.5, 32767));
    }
    store<i32>(group, base);
  }
}

/** A plane of half the width and height, rounded up, each value the mean of four. */
export function halve(to: usize, toStride: i32, from: usize, fromStride: i32, width: i32, height: i32): void {
  const half = (width + 1) >> 1;
  for (let y: i32 = 0; y < height; y += 2) {
    const one = from + <usize>(y * fromStride);
    const two = y + 1 < height ? one + <usize>fromStride : one;
    const row = to + <usize>((y >> 1) * toStride);
    // The last column of an odd width counts for the one that is not there.
    const afterOne = load<u8>(one + width);
    const afterTwo = load<u8>(two + width);
    if (width & 1) {
      store<u8>(one + width, load<u8>(one + width - 1));
      store<u8>(two + width, load<u8>(two + width - 1));
    }
    for (let x: i32 = 0; x < half; x += 8) {
      const a = i16x8.extadd_pairwise_i8x16_u(v128.load(one + (x << 1)));
      const b = i16x8.extadd_pairwise_i8x16_u(v128.load(two + (x << 1)));
      const mean = i16x8.shr_u(i16x8.add(i16x8.add(a, b), i16x8.splat(2)), 2);
      v128.store64_lane(row + x, i8x16.narrow_i16x8_u(mean, mean), 0);
    }
    store<u8>(two + width, afterTwo);
    store<u8>(one + width, afterOne);
  }
}

/** Takes a plane of pairs (NV12) apart. */
export function splitPairs(
  u: usize,
  v: usize,
  toStride: i32,
  from: usize,
  fromStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y: i32 = 0; y < height; y++) {
    const row = from + <usize>(y * fromStride);
    const at = <usize>(y * toStride);
    for (let x: i32 = 0; x < width; x += 8) {
      const pairs = v128.load(row + (x << 1));
      const first = v128.and(pairs, i16x8.splat(255));
      const second = i16x8.shr_u(pairs, 8);
      v128.store64_lane(u + at + x, i8x16.narrow_i16x8_u(first, first), 0);
      v128.store64_lane(v + at + x, i8x16.narrow_i16x8_u(second, second), 0);
    }
  }
}

/** One source row at its new width, as 15-bit values. */
function mixColumns(to: usize, from: usize, table: usize, count: i32): void {
  for (let x: i32 = 0; x < count; x += 8) {
    const group = table + <usize>((x >> 3) * groupBytes);
    const pixels = v128.load(from + load<i32>(group));
    const left = i16x8.shl(i16x8.extend_low_i8x16_u(i8x16.swizzle(pixels, v128.load(group + 16))), 7);
    const right = i16x8.shl(i16x8.extend_low_i8x16_u(i8x16.swizzle(pixels, v128.load(group + 32))), 7);
    const mixed = i16x8.add(left, i16x8.q15mulr_sat_s(i16x8.sub(right, left), v128.load(group + 48)));
    v128.store(to + (x << 1), mixed);
  }
}

/** Two rows of 15-bit values into one. */
function mixRows(to: usize, above: usize, below: usize, weight: i16, count: i32): void {
  const weights = i16x8.splat(weight);
  for (let x: i32 = 0; x < count; x += 8) {
    const a = v128.load(above + (x << 1));
    const difference = i16x8.sub(v128.load(below + (x << 1)), a);
    v128.store(to + (x << 1), i16x8.add(a, i16x8.q15mulr_sat_s(difference, weights)));
  }
}

/** A plane as it is looked at: its pixels, how its rows lie, its columns' table, and where its first row lies. */
class Plane {
  pixels: usize = 0;
  stride: i32 = 0;
  height: i32 = 0;
  table: usize = 0;
  count: i32 = 0;
  /** Room for three rows of 15-bit values: the two that are mixed, and what they make. */
  rows: usize = 0;
  rowBytes: i32 = 0;
  even: i32 = -1;
  odd: i32 = -1;
}

const luma = new Plane();
const chromaU = new Plane();
const chromaV = new Plane();

function begin(plane: Plane, pixels: usize, stride: i32, height: i32, table: usize, count: i32, rows: usize): usize {
  plane.pixels = pixels;
  plane.stride = stride;
  plane.height = height;
  plane.table = table;
  plane.count = count;
  plane.rows = rows;
  plane.rowBytes = ((count + 7) & ~7) << 1;
  plane.even = -1;
  plane.odd = -1;
  return rows + <usize>(plane.rowBytes * 3);
}

/** The row at its new width, made once: of two neighbours one is even and one odd. */
function rowOf(plane: Plane, y: i32): usize {
  const isOdd = y & 1;
  const at = plane.rows + <usize>(isOdd * plane.rowBytes);
  if ((isOdd ? plane.odd : plane.even) != y) {
    mixColumns(at, plane.pixels + <usize>(y * plane.stride), plane.table, plane.count);
    if (isOdd) plane.odd = y;
    else plane.even = y;
  }
  return at;
}

/** The values at this height between two rows. */
function rowAt(plane: Plane, height: f64): usize {
  const last = plane.height - 1;
  const at = min(max(height, 0), <f64>last);
  const y = <i32>at;
  const weight = <i16>min((at - <f64>y) * 32768 + 0.5, 32767);
  const above = rowOf(plane, y);
  if (weight == 0) return above;
  const to = plane.rows + <usize>(plane.rowBytes << 1);
  mixRows(to, above, rowOf(plane, min(y + 1, last)), weight, plane.count);
  return to;
}

/** One row of 15-bit values into RGBA; U and V have half as many. */
function colourRow(to: usize, y: usize, u: usize, v: usize, width: i32): void {
  const half = i16x8.splat(16384);
  const round = i16x8.splat(32);
  const opaque = i16x8.splat(255);
  for (let x: i32 = 0; x < width; x += 8) {
    const light = i16x8.q15mulr_sat_s(
      i16x8.sub(v128.load(y + (x << 1)), i16x8.splat(lumaBlack)),
      i16x8.splat(lumaGain),
    );
    const u4 = v128.load64_zero(u + x);
    const v4 = v128.load64_zero(v + x);
    const cb = i16x8.sub(i16x8.shuffle(u4, u4, 0, 0, 1, 1, 2, 2, 3, 3), half);
    const cr = i16x8.sub(i16x8.shuffle(v4, v4, 0, 0, 1, 1, 2, 2, 3, 3), half);
    const lit = i16x8.add(light, round);
    const red = i16x8.add_sat_s(lit, i16x8.q15mulr_sat_s(cr, i16x8.splat(redOfV)));
    const green = i16x8.sub_sat_s(
      i16x8.sub_sat_s(lit, i16x8.q15mulr_sat_s(cb, i16x8.splat(greenOfU))),
      i16x8.q15mulr_sat_s(cr, i16x8.splat(greenOfV)),
    );
    const blue = i16x8.add_sat_s(i16x8.add_sat_s(lit, cb), i16x8.q15mulr_sat_s(cb, i16x8.splat(blueOfU)));
    const redGreen = i8x16.narrow_i16x8_u(i16x8.shr_s(red, 6), i16x8.shr_s(green, 6));
    const blueAlpha = i8x16.narrow_i16x8_u(i16x8.shr_s(blue, 6), opaque);
    const rg = i8x16.shuffle(redGreen, redGreen, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    const ba = i8x16.shuffle(blueAlpha, blueAlpha, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    const out = to + <usize>(x << 2);
    v128.store(out, i16x8.shuffle(rg, ba, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + 16, i16x8.shuffle(rg, ba, 4, 12, 5, 13, 6, 14, 7, 15));
  }
}

/**
 * The picture: `width` x `height` pixels of RGBA at `to`, one after the other. Its first row lies at `from` in the luma
 * plane and at `fromChroma` in the others, each next one `step` further (two rows have one of chroma between them).
 * `rows` is room for three rows of each plane.
 */
export function paint(
  to: usize,
  width: i32,
  height: i32,
  y: usize,
  yStride: i32,
  yHeight: i32,
  u: usize,
  v: usize,
  chromaStride: i32,
  chromaHeight: i32,
  lumaTable: usize,
  chromaTable: usize,
  rows: usize,
  from: f64,
  fromChroma: f64,
  step: f64,
): void {
  const chromaWidth = (width + 1) >> 1;
  const afterLuma = begin(luma, y, yStride, yHeight, lumaTable, width, rows);
  const afterU = begin(chromaU, u, chromaStride, chromaHeight, chromaTable, chromaWidth, afterLuma);
  begin(chromaV, v, chromaStride, chromaHeight, chromaTable, chromaWidth, afterU);
  let uRow: usize = 0;
  let vRow: usize = 0;
  for (let line: i32 = 0; line < height; line++) {
    if ((line & 1) == 0) {
      const at = fromChroma + <f64>(line >> 1) * step;
      uRow = rowAt(chromaU, at);
      vRow = rowAt(chromaV, at);
    }
    colourRow(to + <usize>(line * width * 4), rowAt(luma, from + <f64>line * step), uRow, vRow, width);
  }
}
