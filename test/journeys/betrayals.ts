/**
 * Looks for what a locked page must not tell: texts (names, addresses, users), a time of day, a picture. In the whole
 * document with its attributes, title and live regions; in the pixels on screen; and in the page's memory.
 */
import type { Page } from 'playwright/test';

const timeOfDay = /\b\d{1,2}:\d{2}(:\d{2})?\b/;

/** One line for each thing that the document tells. */
export async function toldByDocument(page: Page, texts: readonly string[]): Promise<string[]> {
  const markup = `${await page.content()}\n${await page.title()}`;
  const shown = await page.evaluate(() => {
    const all = [...document.body.querySelectorAll('*')];
    const named = all.flatMap((each) => [...each.attributes].map(({ value }) => value));
    return [document.body.innerText, ...named].join('\n');
  });
  const pictures = await page.locator('video, img, canvas, picture, iframe').count();
  return [
    ...texts.filter((text) => markup.includes(text)).map((text) => `text ${text}`),
    ...(timeOfDay.test(shown) ? [`time ${timeOfDay.exec(shown)?.[0] ?? ''}`] : []),
    ...(pictures > 0 ? [`${pictures} pictures`] : []),
  ];
}

/** How many pixels on screen are not the ground's colour, beside what lies in that element. */
export async function pixelsBeside(page: Page, element: string): Promise<number> {
  const png = (await page.screenshot()).toString('base64');
  return page.evaluate(
    async ([base64, selector]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      if (!context) throw new Error('there is no canvas to read the screenshot with');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const ground = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(Number);
      const box = document.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect();
      let others = 0;
      for (let at = 0; at < width * height; at += 1) {
        const x = at % width;
        const y = Math.floor(at / width);
        if (x > box.left - 8 && x < box.right + 8 && y > box.top - 8 && y < box.bottom + 8) continue;
        if (ground.some((part, channel) => Math.abs(part - (data[4 * at + channel] ?? 0)) > 2)) others += 1;
      }
      return others;
    },
    [png, element] as const,
  );
}

/** Those of the texts that are in the page's memory: every string of its heap, after a collection. */
export async function rememberedByPage(page: Page, texts: readonly string[]): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const found = new Set<string>();
  let tail = '';
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    const part = tail + chunk;
    for (const text of texts) if (part.includes(text)) found.add(text);
    tail = part.slice(-1000);
  });
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return texts.filter((text) => found.has(text));
}
