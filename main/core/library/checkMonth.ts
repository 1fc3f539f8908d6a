/**
 * Checks one file in the folder of months (monthOutlines.ts): every chunk genuine, the form and its proof as they should
 * be. What is wrong with one is put right by taking it away: it is a cache. Reads only. Problems: `cancelled`.
 */
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { isTemporary } from '../vault/durable.ts';
import { checkDocument } from './checkDocument.ts';
import type { CheckedFile } from './checkRecording.ts';
import { monthsFolder, monthVersion, readMonthFile } from './monthDocument.ts';
import { provedMonth } from './monthOutlines.ts';

export async function checkMonth(checked: CheckedFile): Promise<Outcome<Finding[]>> {
  const { file, identity } = checked;
  const name = path.basename(file);
  if (isTemporary(name)) return good([{ kind: 'leftover', file }]);
  if (!readMonthFile(name)) return good([{ kind: 'unexplained', file }]);
  const form = { version: monthVersion, of: name, parse: provedMonth(identity, name) };
  const found = await checkDocument(checked, form);
  return found.ok ? good(found.value.findings) : found;
}

/** Whether the finding is about a file that may be taken away to put it right. */
export function isOfMonth(file: string): boolean {
  return path.dirname(file) === monthsFolder && readMonthFile(path.basename(file)) !== null;
}
