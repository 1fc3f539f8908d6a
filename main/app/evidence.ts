/**
 * Evidence packs in the app: what a pack says of a camera beside its recordings, as the app knows it, and the check of
 * one that was exported, by the vault's own key.
 */
import path from 'node:path';
import { fingerprint, pageName } from '../contract/evidence/manifest.ts';
import { isNote } from '../contract/evidence/pack.ts';
import type { EvidenceCheck, ExportJob } from '../contract/exports.ts';
import type { Camera, CameraId, CameraStatus } from '../contract/model.ts';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { checkEvidence } from '../core/exporter/evidence/checkEvidence.ts';
import { type CameraFacts, readPage, writeEvidence } from '../core/exporter/evidence/writeEvidence.ts';
import type { WriteEvidence } from '../core/exporter/evidenceJob.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { ClockBook } from './health/clockBook.ts';

export interface EvidenceParts {
  /** The built page that lies in every pack. */
  page: string;
  /** 'Nightjar 1.2.0' */
  app: string;
  cameras: () => readonly Camera[];
  statuses: () => readonly CameraStatus[];
  clocks: () => ClockBook;
}

/** Findings that are told; nobody reads more. */
const mostFindings = 100;
const longestCheckMs = 3_600_000;

export function evidenceWriter({ page, app, ...parts }: EvidenceParts): WriteEvidence {
  const facts = (cameraId: CameraId, span: { fromMs: number; toMs: number }): Promise<CameraFacts> =>
    factsOf(parts, cameraId, span);
  return (job) => writeEvidence(job, { facts, page: () => readPage(page), app });
}

async function factsOf(
  { cameras, statuses, clocks }: Omit<EvidenceParts, 'page' | 'app'>,
  cameraId: CameraId,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<CameraFacts> {
  const camera = cameras().find(({ id }) => id === cameraId);
  const status = statuses().find((one) => one.cameraId === cameraId);
  const then = await clocks().over(cameraId, fromMs, toMs);
  const said = (text: string | undefined): string => (text ?? '').toWellFormed().slice(0, 1000);
  const offsetMs = status?.clockOffsetMs ?? null;
  const uncertaintyMs = status?.clockUncertaintyMs ?? null;
  return {
    ...{ maker: said(camera?.maker), model: said(camera?.model) },
    ...{ serial: said(camera?.serial), firmware: said(camera?.firmware) },
    clock: {
      atExport:
        offsetMs === null
          ? null
          : {
              offsetMs: Math.round(offsetMs),
              uncertaintyMs: uncertaintyMs === null ? null : Math.ceil(Math.abs(uncertaintyMs)),
            },
      recorded: then ? [{ fromMs, toMs, leastMs: Math.round(then.leastMs), mostMs: Math.round(then.mostMs) }] : [],
    },
  };
}

/** null before the vault was unlocked for the first time. */
export function fingerprintOf({ signer }: Vault): string | null {
  return signer && fingerprint(signer.publicKey);
}

/** Problems: `gone` when it is no pack, or is not where it was saved; those of the disk. */
export async function checkPack(vault: Vault, job: ExportJob | undefined): Promise<Outcome<EvidenceCheck>> {
  const file = job?.progress.state === 'done' && job.result.is === 'evidence' ? job.progress.files[0] : undefined;
  if (file === undefined || path.basename(file) !== pageName) return bad({ code: 'gone' });
  const signal = AbortSignal.timeout(longestCheckMs);
  const checked = await checkEvidence(path.dirname(file), { signal, fingerprint: fingerprintOf(vault) });
  if (!checked.ok) return checked;
  const wrong = checked.value.findings.filter((finding) => !isNote(finding));
  const findings = wrong.slice(0, mostFindings);
  return good({ checkedMs: Date.now(), passed: checked.value.passed, findings, count: wrong.length });
}
