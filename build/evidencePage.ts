/**
 * Builds the page that lies in every evidence pack into one file: script and style stand in it, and its policy allows
 * those two, by their hashes, video that it was given, and nothing else: it can load nothing and send nothing.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type InlineConfig } from 'vite';

export interface EvidencePageOptions {
  root: string;
  /** The file to write. */
  file: string;
  common: InlineConfig;
}

export async function buildEvidencePage({ root, file, common }: EvidencePageOptions): Promise<void> {
  const parts = path.join(path.dirname(file), 'parts');
  await build({
    ...common,
    root: path.join(root, 'renderer', 'evidence'),
    base: './',
    plugins: [svelte({ configFile: path.join(root, 'svelte.config.js') })],
    build: {
      // Whatever browser it is that somebody opens it with.
      target: 'es2022',
      outDir: parts,
      emptyOutDir: true,
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]' } },
    },
  });
  const [html, script, style] = await Promise.all(
    ['index.html', 'page.js', 'page.css'].map((name) => readFile(path.join(parts, name), 'utf8')),
  );
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, oneFile(html ?? '', script ?? '', style ?? ''));
  await rm(parts, { recursive: true, force: true });
}

function oneFile(html: string, script: string, style: string): string {
  // Nothing in it ends the element that it stands in.
  const code = script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(code)}'`,
    `style-src '${hashOf(style)}'`,
    'media-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const bare = html.replace(/\s*<script[^>]*src=[^>]*><\/script>/g, '').replace(/\s*<link[^>]*stylesheet[^>]*>/g, '');
  const whole = bare
    .replace('<head>', () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
    .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
    .replace('</body>', () => `<script type="module">${code}</script>\n  </body>`);
  if (/(src|href)="(?!data:)/.test(whole.replace(code, '')))
    throw new Error('the page of an evidence pack refers to another file');
  return whole;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
