/**
 * Runs beside sealedWriter.test.ts as a process of its own, to be killed or to run out of disk. Appends pieces of 10 kB
 * that count their bytes, prints how many bytes were appended after each, and ends at the first problem: prints it,
 * whether a further append says the same, how much is in the file, and how much of that can still be read.
 */
import { SealedWriter } from '../../../main/core/vault/sealedWriter.ts';
import { VaultError } from '../../../main/core/vault/vaultError.ts';

const [path = '', recipient = ''] = process.argv.slice(2);
const writer = await SealedWriter.create(path, [recipient]);
const piece = new Uint8Array(10_000);
try {
  for (let at = 0; ; at += piece.length) {
    for (let nth = 0; nth < piece.length; nth += 1) piece[nth] = (at + nth) % 251;
    await writer.append(piece);
    process.stdout.write(`${writer.sizeBytes}\n`);
  }
} catch (error) {
  if (!(error instanceof VaultError)) throw error;
  process.stdout.write(`${JSON.stringify(error.problem)}\n`);
  const again: unknown = await writer.append(piece).catch((second: unknown) => second);
  process.stdout.write(`${again === error}\n`);
  const { length } = await writer.read(0, 1_000_000);
  process.stdout.write(`${writer.sizeBytes} ${writer.writtenBytes} ${length}\n`);
}
await writer.close();
