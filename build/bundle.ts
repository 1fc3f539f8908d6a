/**
 * Builds the app into out/app: main (ES module), preload (CommonJS: a sandboxed preload must be), the page, and the page of
 * evidence packs. Plain Vite builds. Native modules, electron and what resolves its own files at run time stay outside the bundles.
 * Run by itself it builds once; `bundle()` builds only when a source is newer than the last build.
 */
import { existsSync, globSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type InlineConfig } from 'vite';
import { buildEvidencePage } from './evidencePage.ts';
import { scalerPlugin } from './scaler.ts';

const root = path.resolve(import.meta.dirname, '..');
const outFolder = path.join(root, 'out', 'app');
const stamp = path.join(outFolder, 'built');

export const mainEntry = path.join(outFolder, 'main', 'index.js');
/** What lies in an evidence pack as check.html. */
export const evidencePage = path.join(outFolder, 'evidence', 'check.html');

const outside = ['electron', 'keytar', 'sodium-native', 'ffmpeg-static'];

const common: InlineConfig = { configFile: false, logLevel: 'error', root };

const mainBuild: InlineConfig = {
  ...common,
  ssr: { noExternal: true, external: outside, target: 'node' },
  build: {
    ssr: path.join(root, 'main', 'index.ts'),
    target: 'node24',
    outDir: path.join(outFolder, 'main'),
    emptyOutDir: true,
    minify: false,
    rolldownOptions: { external: outside, output: { format: 'es', entryFileNames: 'index.js' } },
  },
};

const preloadBuild: InlineConfig = {
  ...common,
  build: {
    lib: { entry: path.join(root, 'main', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    target: 'chrome140',
    outDir: path.join(outFolder, 'preload'),
    emptyOutDir: true,
    minify: false,
    rolldownOptions: { external: ['electron'] },
  },
};

const pageBuild: InlineConfig = {
  ...common,
  root: path.join(root, 'renderer'),
  base: './',
  plugins: [svelte({ configFile: path.join(root, 'svelte.config.js') })],
  worker: { format: 'es', plugins: () => [scalerPlugin()] },
  build: {
    target: 'chrome140',
    outDir: path.join(outFolder, 'renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
};

function isFresh(): boolean {
  if (!existsSync(stamp) || !existsSync(mainEntry)) return false;
  const builtMs = statSync(stamp).mtimeMs;
  const sources = globSync(
    ['main/**/*', 'renderer/**/*', 'build/{bundle,evidencePage,scaler}.ts', 'package-lock.json'],
    {
      cwd: root,
    },
  );
  return sources.every((file) => statSync(path.join(root, file)).mtimeMs < builtMs);
}

/** Builds what the sources say, unless that is built already. Returns main's entry. */
export async function bundle(): Promise<string> {
  if (isFresh()) return mainEntry;
  await rm(stamp, { force: true });
  process.env['NODE_ENV'] = 'production';
  await build(mainBuild);
  await build(preloadBuild);
  await build(pageBuild);
  await buildEvidencePage({ root, file: evidencePage, common });
  await writeFile(stamp, '');
  return mainEntry;
}

if (process.argv[1] === import.meta.filename) console.log(`built ${path.relative(root, await bundle())}`);
