/** Puts plainWriter.ts in the place of the vault's own writer, for the process that imports this first. */
import { registerHooks } from 'node:module';

const plain = new URL('./plainWriter.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/sealedWriter.ts') ? { url: plain, shortCircuit: true } : next(specifier, context),
});
