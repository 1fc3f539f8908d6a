/**
 * Checks a sealed document and the version before it: every chunk genuine, the form as it should be, the newer one
 * newer. Reads only. Problems: `cancelled`.
 */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { good, type Outcome } from '../../contract/problems.ts';
import { checkSealed } from '../vault/sealedCheck.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import { type DocumentForm, previousOf, type ReadDocument, readDocument } from '../vault/sealedStore.ts';
import { type CheckedFile, notOpened } from './checkRecording.ts';
import type { Finding } from '../../contract/check.ts';

/** How a document is read; without its place. */
export type CheckedForm<Value> = Omit<DocumentForm<Value>, 'path'>;

export interface DocumentCheck<Value> {
  findings: Finding[];
  /** The newest version; null where it is not there or not good. */
  value: Value | null;
  /** Whether there is a file under the document's own name. */
  there: boolean;
}

export async function checkDocument<Value>(
  checked: CheckedFile,
  form: CheckedForm<Value>,
): Promise<Outcome<DocumentCheck<Value>>> {
  const findings: Finding[] = [];
  const versions: (ReadDocument<Value> | null)[] = [];
  for (const file of [checked.file, previousOf(checked.file)]) {
    const one = { ...checked, file };
    if (!(await isThere(one))) {
      versions.push(null);
      continue;
    }
    const sealed = await checkSealedFile(one);
    if (!sealed.ok) return sealed;
    findings.push(...sealed.value);
    versions.push(sealed.value.length === 0 ? await read(one, form, checked.file, findings) : null);
  }
  const [newest = null, previous = null] = versions;
  if (newest && previous && previous.serial > 0 && previous.serial >= newest.serial) {
    findings.push({ kind: 'exchanged', file: checked.file, lost: null });
  }
  return good({ findings, value: newest?.value ?? null, there: await isThere(checked) });
}

/** Any sealed file that is read whole: what of it does not open. */
export async function checkSealedFile({
  folder,
  file,
  identity,
  signal,
  worked,
}: CheckedFile): Promise<Outcome<Finding[]>> {
  const opened = await SealedReader.open(path.join(folder, file), identity, file);
  if (!opened.ok) return good([notOpened(file, opened.problem.code, null)]);
  try {
    const sealed = await checkSealed(opened.value, signal, worked);
    if (!sealed.ok)
      return sealed.problem.code === 'cancelled' ? sealed : good([notOpened(file, sealed.problem.code, null)]);
    const { closed, cutAtByte } = sealed.value;
    const findings = closed.map((chunks): Finding => ({ kind: 'chunks', file, chunks, lost: null }));
    if (cutAtByte !== null) findings.push({ kind: 'cutOff', file, atByte: cutAtByte, lost: null });
    return good(findings);
  } finally {
    await opened.value.close();
  }
}

async function read<Value>(
  { folder, file, identity }: CheckedFile,
  form: CheckedForm<Value>,
  document: string,
  findings: Finding[],
): Promise<ReadDocument<Value> | null> {
  const found = await readDocument({ ...form, path: path.join(folder, document) }, identity, path.join(folder, file));
  if (found.ok) return found.value;
  const { code } = found.problem;
  if (code === 'vaultNewer') findings.push({ kind: 'newer', file });
  else if (code === 'vaultDamaged') findings.push({ kind: 'misread', file, atByte: 0, lost: null });
  else findings.push(notOpened(file, code, null));
  return null;
}

async function isThere({ folder, file }: CheckedFile): Promise<boolean> {
  return (await lstat(path.join(folder, file)).catch(() => null))?.isFile() === true;
}
