/**
 * The pictures on the wall themselves: painted by either way with the same colours, never black while one goes from
 * four to one and back, never a still shown as live whatever stands still, and every picture given back.
 */
/* eslint-disable @typescript-eslint/unbound-method -- methods are wrapped and put back, and called with their own `this` */
import { expect, test, type Page, type Worker } from 'playwright/test';
import { goTo, Household, seeLive, seeWall, tile, YardProcess } from './household.ts';
import { seeMoving, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(4);
  household = await Household.make();
  page = await household.settle(yard.cameras);
  await seeWall(page, yard.cameras);
  await teachFrames(page);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

type Shown = [CanvasImageSource, number, number, number, number];

/** The picture that an element shows, as 8 x 8 pixels of RGBA, averages of what lies in each. */
function lookAt(selector: string): Promise<number[] | null> {
  return page.evaluate((wanted) => {
    const element = document.querySelector(wanted);
    // Put there by teachFrames.
    const shown = (window as unknown as { shownPicture(element: Element | null): Shown | null }).shownPicture(element);
    if (!shown) return null;
    const context = new OffscreenCanvas(8, 8).getContext('2d');
    if (!context) return null;
    context.imageSmoothingQuality = 'high';
    context.drawImage(...shown, 0, 0, 8, 8);
    return [...context.getImageData(0, 0, 8, 8).data];
  }, selector);
}

/** How colourful it is: the mean distance between the channels of a pixel. */
function colour(pixels: number[] | null): number {
  if (!pixels) return 0;
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = pixels.slice(at, at + 3);
    sum += Math.max(red, green, blue) - Math.min(red, green, blue);
  }
  return sum / (pixels.length / 4);
}

/** The worker that decodes and paints. */
function painter(): Worker {
  const found = page.workers().find((worker) => worker.url().includes('decoderWorker'));
  if (!found) throw new Error('no worker paints');
  return found;
}

/** How many pictures are drawn as frames, and put as finished pixels, in half a second. */
function countPaints(): Promise<{ drawn: number; put: number }> {
  return painter().evaluate(async () => {
    const { prototype } = OffscreenCanvasRenderingContext2D;
    const counts = { drawImage: 0, putImageData: 0 };
    const plain = new Map<string, unknown>();
    for (const name of ['drawImage', 'putImageData'] as const) {
      plain.set(name, prototype[name]);
      const counted = new Proxy(prototype[name], {
        apply(target, context, given) {
          counts[name] += 1;
          return Reflect.apply(target, context, given) as unknown;
        },
      });
      Reflect.set(prototype, name, counted);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const [name, method] of plain) Reflect.set(prototype, name, method);
    return { drawn: counts.drawImage, put: counts.putImageData };
  });
}

async function setDrawing(name: 'By itself' | 'By the graphics card' | 'By the processor'): Promise<void> {
  await goTo(page, 'Settings');
  await page.getByRole('group', { name: 'How pictures are drawn' }).getByRole('button', { name }).click();
  await goTo(page, 'Live');
  for (const camera of yard.cameras) await seeLive(page, camera.name);
}

test('both ways of drawing show moving pictures of the same colours', async () => {
  const looks: (number[] | null)[] = [];
  for (const way of ['By the graphics card', 'By the processor'] as const) {
    await setDrawing(way);
    for (const { name } of yard.cameras) await seeMoving(tile(page, name));
    looks.push(await lookAt('.tile'));
    const { drawn, put } = await countPaints();
    expect([way, drawn > 0, put > 0]).toEqual([way, way === 'By the graphics card', way === 'By the processor']);
  }
  const [graphics, processor] = looks;
  expect(colour(graphics ?? null)).toBeGreaterThan(10);
  // What moves and the frame number lie in few of the 64 places; the rest is the same in every picture.
  const apart = (graphics ?? []).map((value, at) => Math.abs(value - (processor?.[at] ?? 0))).sort((a, b) => a - b);
  expect(apart[Math.floor(apart.length * 0.8)]).toBeLessThan(6);
  await goTo(page, 'Settings');
  await expect(page.getByText('Now by the processor.')).toBeVisible();
  await setDrawing('By itself');
});

test('from the wall to one camera and back there is a picture in every frame of the page', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  await tile(page, name).focus();
  /** How bright the first tile's picture is in every frame of the page while a key is pressed, 0 to 255. */
  const brightnessWhile = async (key: string): Promise<number[]> => {
    const looked = page.evaluate(async () => {
      const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      const canvas = document.querySelector<HTMLCanvasElement>('.pictures > canvas');
      const seen: number[] = [];
      for (const beganMs = performance.now(); performance.now() - beganMs < 1500;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const place = document.querySelector('[data-picture]:not(.unseen)')?.getBoundingClientRect();
        const on = canvas?.getBoundingClientRect();
        if (!context || !canvas || !on || !place) return [0];
        const scale = canvas.width / on.width;
        const [x, y] = [(place.x - on.x) * scale, (place.y - on.y) * scale];
        context.imageSmoothingQuality = 'high';
        context.drawImage(canvas, x, y, place.width * scale, place.height * scale, 0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
        seen.push((red + green + blue) / 3);
      }
      return seen;
    });
    await page.keyboard.press(key);
    return await looked;
  };
  for (const key of ['Enter', 'Escape', 'Enter', 'Escape']) {
    const seen = await brightnessWhile(key);
    expect(seen.length).toBeGreaterThan(10);
    // While the new places are painted, the wall of four lies under the one picture or the other way round.
    expect(Math.min(...seen), `${key}: ${seen.map(Math.round).join()}`).toBeGreaterThan((seen[0] ?? 255) / 2);
  }
  await seeLive(page, name);
  // The look sees a frame without a picture.
  expect(Math.min(...(await brightnessWhile('Control+6')))).toBe(0);
  await goTo(page, 'Live');
  await seeLive(page, name);
});

test('a camera that stops sending is said to be old, greyed by the worker, and live again when it goes on', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  expect(colour(await lookAt('.tile'))).toBeGreaterThan(10);
  await yard.command({ camera: 0, fault: { freeze: true } });
  await expect(tile(page, name).getByText('No picture for')).toBeVisible();
  await expect.poll(async () => colour(await lookAt('.tile'))).toBeLessThan(3);
  await yard.command({ camera: 0, fault: null });
  await seeLive(page, name);
  await seeMoving(tile(page, name));
  expect(colour(await lookAt('.tile'))).toBeGreaterThan(10);
});

test('decoders that give nothing back make their pictures old, and are replaced', async () => {
  const { name } = yard.cameras[1] ?? { name: '' };
  await painter().evaluate(() => {
    const { decode } = VideoDecoder.prototype;
    Object.assign(globalThis, { mend: () => (VideoDecoder.prototype.decode = decode) });
    VideoDecoder.prototype.decode = () => undefined;
  });
  await expect(tile(page, name).getByText('No picture for')).toBeVisible();
  await painter().evaluate(() => {
    // Put there above.
    (globalThis as unknown as { mend(): void }).mend();
  });
  await seeLive(page, name);
  await seeMoving(tile(page, name));
});

test('a worker that stands still makes every picture old', async () => {
  const { name } = yard.cameras[0] ?? { name: '' };
  const stood = painter().evaluate(() => {
    const beganMs = performance.now();
    while (performance.now() - beganMs < 4000);
  });
  await expect(tile(page, name).getByText('No picture for')).toBeVisible();
  await stood;
  await seeLive(page, name);
  await seeMoving(tile(page, name));
});

test('nothing is decoded while nobody can see the window, and the pictures go on when it is back', async () => {
  const hide = (hidden: boolean): Promise<void> =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const count = (): Promise<number> =>
    painter().evaluate(() => {
      const before = VideoDecoder.prototype.decode;
      let calls = 0;
      VideoDecoder.prototype.decode = function (chunk) {
        calls += 1;
        before.call(this, chunk);
      };
      return new Promise<number>((resolve) => {
        setTimeout(() => {
          VideoDecoder.prototype.decode = before;
          resolve(calls);
        }, 800);
      });
    });
  expect(await count()).toBeGreaterThan(10);
  await hide(true);
  await expect.poll(count).toBe(0);
  await hide(false);
  for (const { name } of yard.cameras) {
    await seeLive(page, name);
    await seeMoving(tile(page, name));
  }
});

test('every picture that was decoded is given back, but for the one that each tile keeps', async () => {
  await painter().evaluate(() => {
    const open = new Set<VideoFrame>();
    const { close, clone } = VideoFrame.prototype;
    VideoFrame.prototype.close = function () {
      open.delete(this);
      close.call(this);
    };
    VideoFrame.prototype.clone = function () {
      const made = clone.call(this);
      open.add(made);
      return made;
    };
    const Plain = VideoDecoder;
    class Counting extends Plain {
      constructor({ output, error }: VideoDecoderInit) {
        super({
          output: (frame) => {
            open.add(frame);
            output(frame);
          },
          error,
        });
      }
    }
    Object.assign(globalThis, { VideoDecoder: Counting, openPictures: () => open.size });
  });
  // Each change of view and each hidden tile begins with a decoder of the counting kind.
  for (let again = 0; again < 3; again++) {
    await tile(page, yard.cameras[0]?.name ?? '').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText(/^live, /)).toBeVisible();
    await page.keyboard.press('Escape');
    for (const { name } of yard.cameras) await seeLive(page, name);
  }
  for (const { name } of yard.cameras) await seeMoving(tile(page, name));
  const open = await painter().evaluate(() =>
    // Put there above.
    (globalThis as unknown as { openPictures(): number }).openPictures(),
  );
  expect(open).toBeGreaterThan(0);
  expect(open).toBeLessThanOrEqual(yard.cameras.length + 1);
});
