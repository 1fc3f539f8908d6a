/**
 * The import rule (main/README.md): who may import whom, read off the import lines. Each outside module with one home
 * is checked too. The checker itself is tried on made-up breaches first.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');

interface Import {
  from: string;
  /** A file in this repository (from its root, with slashes), or a package's name. */
  what: string;
  typeOnly: boolean;
}

/** Which part of the program a file belongs to. */
function partOf(file: string): string {
  const core = /^main\/core\/(wire|cameras|video|vault|recorder|library|exporter)\//.exec(file);
  if (core) return `core/${core[1] ?? ''}`;
  if (file === 'main/core/settings.ts') return 'core/settings';
  if (file === 'main/core/log.ts') return 'core/log';
  if (file.startsWith('main/contract/')) return 'contract';
  if (file.startsWith('main/shell/')) return 'shell';
  if (file === 'main/app.ts' || file.startsWith('main/app/')) return 'app';
  if (file === 'main/index.ts') return 'index';
  if (file === 'main/preload.ts') return 'preload';
  const renderer = /^renderer\/(live|state|views|parts|evidence|style)\//.exec(file);
  if (renderer) return `renderer/${renderer[1] ?? ''}`;
  if (file === 'renderer/home.ts') return 'renderer/home';
  if (file.startsWith('renderer/')) return 'renderer';
  return 'outside';
}

const page = ['renderer/live', 'renderer/state', 'renderer/home', 'contract'];
const allowed: Record<string, string[]> = {
  contract: [],
  'core/wire': ['contract'],
  'core/cameras': ['contract', 'core/wire'],
  'core/video': ['contract', 'core/wire'],
  'core/vault': ['contract'],
  'core/settings': ['contract'],
  'core/log': ['contract'],
  'core/library': ['contract', 'core/vault', 'core/video'],
  'core/recorder': ['contract', 'core/video', 'core/vault', 'core/library'],
  'core/exporter': ['contract', 'core/video', 'core/vault', 'core/library'],
  shell: ['contract'],
  app: ['contract', 'core/*'],
  index: ['shell', 'app', 'contract', 'core/log'],
  preload: ['contract'],
  'renderer/home': ['contract'],
  'renderer/live': ['contract', 'renderer/home'],
  'renderer/state': ['contract', 'renderer/home', 'renderer/live'],
  'renderer/parts': [...page],
  'renderer/evidence': ['contract', 'renderer/parts', 'renderer/style'],
  'renderer/views': [...page, 'renderer/parts'],
  renderer: [...page, 'renderer/parts', 'renderer/views'],
};

/** Types may be taken from further away than code. */
const typesToo: Record<string, string[]> = { shell: ['core/*', 'app'] };

const homes: Record<string, RegExp> = {
  electron: /^main\/(shell\/|index\.ts$|preload\.ts$)/,
  onvif: /^main\/core\/cameras\/onvif\.ts$/,
  keytar: /^main\/core\/vault\/keychain\.ts$/,
  lowdb: /^main\/core\/vault\/sealedStore\.ts$/,
  'sodium-native': /^main\/core\/vault\/sodium\.ts$/,
  'node:child_process': /^main\/core\/video\/ffmpeg\.ts$/,
};

function breach({ from, what, typeOnly }: Import): string | null {
  const part = partOf(from);
  if (part === 'outside') return null;
  if (!what.startsWith('main/') && !what.startsWith('renderer/')) {
    const name = what.startsWith('node:')
      ? what
      : what
          .split('/')
          .slice(0, what.startsWith('@') ? 2 : 1)
          .join('/');
    const home = homes[name];
    return home && !home.test(from) ? `${from} imports ${name}, whose one home is ${home.source}` : null;
  }
  const to = partOf(what);
  if (to === part) return null;
  const may = [...(allowed[part] ?? []), ...(typeOnly ? (typesToo[part] ?? []) : [])];
  const fine = may.some((one) => (one.endsWith('/*') ? to.startsWith(one.slice(0, -1)) : one === to));
  return fine ? null : `${from} imports ${what} (${part} may not import ${to})`;
}

function importsOf(from: string, text: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => {
    const name = match[2] ?? match[3] ?? '';
    const what = name.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(from), name)) : name;
    return { from, what, typeOnly: match[1] !== undefined };
  });
}

test('nobody imports what the map of the program does not allow', () => {
  const files = globSync(['main/**/*.ts', 'renderer/**/*.{ts,svelte}'], { cwd: root }).map((file) =>
    file.split(path.sep).join('/'),
  );
  assert.ok(files.length > 20, 'the checker found the sources');
  const breaches = files.flatMap((file) =>
    importsOf(file, readFileSync(path.join(root, file), 'utf8'))
      .map(breach)
      .filter((found) => found !== null),
  );
  assert.deepEqual(breaches, []);
});

test('the checker sees a breach of every kind', () => {
  const caught = (from: string, text: string): boolean => importsOf(from, text).some((one) => breach(one) !== null);
  assert.ok(caught('main/core/video/feed.ts', `import { seal } from '../vault/keys.ts';`));
  assert.ok(caught('main/core/library/library.ts', `import { app } from 'electron';`));
  assert.ok(caught('main/core/vault/keys.ts', `const k = await import('keytar');`));
  assert.ok(caught('main/shell/window.ts', `import { Library } from '../core/library/library.ts';`));
  assert.ok(caught('renderer/parts/Button.svelte', `import Wall from '../views/Wall.svelte';`));
  assert.ok(caught('main/contract/model.ts', `import { openLog } from '../core/log.ts';`));
  assert.ok(!caught('main/shell/window.ts', `import type { Library } from '../core/library/library.ts';`));
  assert.ok(!caught('main/core/recorder/recorder.ts', `import { Library } from '../library/library.ts';`));
});

test('core takes from node:crypto only what Electron has too', () => {
  const fine = new Set(['randomBytes', 'createHash', 'createHmac', 'timingSafeEqual']);
  for (const file of globSync('main/core/**/*.ts', { cwd: root })) {
    const text = readFileSync(path.join(root, file), 'utf8');
    for (const match of text.matchAll(/import\s*(type\s)?([^;]*?)\sfrom\s*['"](?:node:)?crypto['"]/g)) {
      assert.match(match[2] ?? '', /^\{.*\}$/s, `${file} names what it takes from node:crypto`);
      for (const name of (match[2] ?? '').replace(/[{}]/g, '').split(','))
        if (name.trim())
          assert.ok(fine.has(name.trim().replace(/^type /, '')), `${file} takes ${name.trim()} from node:crypto`);
    }
  }
});
