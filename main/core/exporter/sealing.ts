/**
 * From what the user wishes to what is remembered of it: a recipient's key is checked; of a passphrase, the heads of age
 * files are made at once, each with a file key of its own, so that nobody needs the passphrase any more, also after a
 * restart. Whoever has the vault's identity can read the recordings anyway, and these keys open nothing else.
 */
import type { ExportRequest, ExportResult } from '../../contract/exports.ts';
import { leastCharacters } from '../../contract/passphrase.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { makeHeader } from '../vault/header.ts';
import { countCharacters } from '../vault/passphrase.ts';
import { readRecipient } from '../vault/recipients.ts';
import { scryptRecipient } from '../vault/scryptFile.ts';
import { wipe } from '../vault/sodium.ts';
import type { StoredResult } from './exportsDocument.ts';
import type { ExportWork } from './writeExport.ts';

/** As age itself takes it, so that a guess costs as much: 2^18, about a second and 256 MiB a file. */
const workFactor = 18;
/** Files beside one a camera: of cameras whose picture changes inside the span. */
const spareHeads = 2;

/** Problems: `badKey`, `passphraseShort`. The passphrase stays the caller's to wipe. */
export async function sealingOf(result: ExportRequest['result'], cameras: number): Promise<Outcome<StoredResult>> {
  if (result.is !== 'sealed') return good(result);
  if (result.to.by === 'key') {
    const key = readRecipient(result.to.key);
    return key.ok ? good({ is: 'sealed', by: 'key', key: key.value }) : key;
  }
  const { passphrase } = result.to;
  if (countCharacters(passphrase) < leastCharacters.seal) {
    return bad({ code: 'passphraseShort', leastCharacters: leastCharacters.seal });
  }
  const heads = [];
  for (let head = 0; head < cameras + spareHeads; head += 1) {
    const { bytes, fileKey } = await makeHeader([scryptRecipient(passphrase, workFactor)]);
    heads.push({ header: Buffer.from(bytes).toString('base64'), fileKey: Buffer.from(fileKey).toString('base64') });
    wipe(fileKey);
  }
  return good({ is: 'sealed', by: 'passphrase', heads });
}

/** As a job tells it. */
export function toldResult(result: StoredResult): ExportResult {
  return result.is === 'sealed' ? { is: 'sealed', by: result.by } : { is: result.is };
}

/** Whom each file is sealed to, one after another: of a passphrase each has a head of its own. */
export function sealer(result: StoredResult): ExportWork['sealTo'] {
  if (result.is !== 'sealed') return () => null;
  if (result.by === 'key') return () => ({ recipients: [result.key] });
  let next = 0;
  return () => {
    const head = result.heads[next++];
    if (!head) return 'gone';
    return { header: { bytes: fromBase64(head.header), fileKey: fromBase64(head.fileKey) } };
  };
}

/** Not a slice of a pool: it is wiped after use. */
function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** Of what is done nothing needs to be sealed any more. */
export function withoutKeys(result: StoredResult): StoredResult {
  return result.is === 'sealed' && result.by === 'passphrase' ? { ...result, heads: [] } : result;
}
