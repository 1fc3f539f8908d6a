/**
 * Compiles the wall's scaler (renderer/live/scale/scaler.as.ts, AssemblyScript) to WebAssembly, and gives it to the page's
 * build as a module: `import { scalerBytes } from 'virtual:scaler'`. The page may fetch nothing, so its bytes travel
 * inside the worker's script. Throws with the compiler's own words when the source is wrong.
 */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

export const scalerSource = path.resolve(import.meta.dirname, '../renderer/live/scale/scaler.as.ts');

const options = ['--runtime', 'stub', '--use', 'abort=', '--importMemory', '--enable', 'simd', '--noAssert', '-O3'];

/**
 * What is used of the compiler. Its own types put AssemblyScript's globals in the place of JavaScript's in the whole
 * project, where `[].at()` then is never undefined; so it is imported by a name that the type checker does not follow.
 */
interface Compiler {
  main(
    args: string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(): string[];
      stderr: { write(chunk: Uint8Array | string): void };
    },
  ): Promise<{ error: Error | null }>;
}
const compiler: string = 'assemblyscript/asc';

export async function compileScaler(): Promise<Uint8Array<ArrayBuffer>> {
  // Safe: the package's version is fixed, and a test compiles with it.
  const { default: asc } = (await import(compiler)) as { default: Compiler };
  const source = await readFile(scalerSource, 'utf8');
  const made: Uint8Array<ArrayBuffer>[] = [];
  const words: string[] = [];
  const { error } = await asc.main(['scaler.ts', '--outFile', 'scaler.wasm', ...options], {
    readFile: (name) => (name === 'scaler.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'scaler.wasm' && contents instanceof Uint8Array) made.push(new Uint8Array(contents));
    },
    listFiles: () => [],
    stderr: { write: (chunk) => words.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)) },
  });
  const [compiled] = made;
  if (error || compiled === undefined) throw new Error(`The scaler does not compile: ${words.join('')}`);
  return compiled;
}

const virtualName = 'virtual:scaler';

export function scalerPlugin(): Plugin {
  return {
    name: 'scaler',
    resolveId: (id) => (id === virtualName ? `\0${virtualName}` : null),
    async load(id) {
      if (id !== `\0${virtualName}`) return null;
      this.addWatchFile(scalerSource);
      const base64 = Buffer.from(await compileScaler()).toString('base64');
      return `export const scalerBytes = Uint8Array.fromBase64('${base64}');`;
    },
  };
}
