/** Answers the calls about leaving with everything. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Handlers } from '../../contract/calls.ts';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { en } from '../../contract/text/en.ts';
import { recordingsBefore } from '../../core/exporter/leavingLists.ts';
import { localStamp } from '../../core/exporter/stamps.ts';
import { folderReport } from '../../core/vault/folderReport.ts';
import type { House } from '../house.ts';
import { isInsideVault } from '../outsideVault.ts';
import { nameOf, type Rooms } from './rooms.ts';

type LeavingCalls = Extract<keyof Handlers, `leaving.${string}`>;

export function leavingCalls({ house, withHouse, desk }: Rooms): Pick<Handlers, LeavingCalls> {
  /** Folders that the user chose, under the ids that the page knows them by. */
  const places = new Map<string, string>();
  return {
    'leaving.choosePlace': ({ cameraIds }) =>
      withHouse(async (open) => {
        const chosen = await desk.chooseFolder('export');
        if (chosen === null) return good(null);
        const folder = await exportFolder(chosen, open.vault.folder);
        if (!folder.ok) return folder;
        const neededBytes = await sizeOf(open, await camerasOf(open, cameraIds));
        if (neededBytes === 0) return bad({ code: 'notRecorded' });
        const placeId = randomBytes(8).toString('hex');
        places.set(placeId, folder.value);
        const { freeBytes } = await folderReport(folder.value);
        return good({ placeId, folder: folder.value, freeBytes, neededBytes });
      }),
    'leaving.start': ({ placeId, cameraIds }) =>
      withHouse(async (open) => {
        const folder = places.get(placeId);
        if (folder === undefined) return bad({ code: 'gone' });
        const cameras = (await camerasOf(open, cameraIds)).map((id) => ({ id, name: nameOf(open, id) }));
        const started = await open.leaving.start({ folder, cameras, everything: cameraIds === null });
        if (started.ok) places.delete(placeId);
        return started;
      }),
    'leaving.stop': () =>
      withHouse(async (open) => {
        await open.leaving.stop();
        return good(null);
      }),
    'leaving.resume': () => withHouse((open) => open.leaving.resume()),
    'leaving.forget': () =>
      withHouse(async (open) => {
        await open.leaving.forget();
        return good(null);
      }),
    'leaving.show': () =>
      withHouse(async (open) => {
        const { state } = open.leaving;
        if (state.state === 'never') return bad({ code: 'gone' });
        desk.showFile(path.join(state.job.folder, `${en.leaving.aboutName}.txt`));
        return good(null);
      }),
    'leaving.state': async () => house()?.leaving.state ?? { state: 'never' },
  };
}

/** Those that have recordings; null: all that have, also cameras that were removed. */
async function camerasOf({ library }: House, cameraIds: readonly CameraId[] | null): Promise<CameraId[]> {
  const recorded = await library.cameras();
  return cameraIds === null ? recorded : recorded.filter((id) => cameraIds.includes(id));
}

async function sizeOf({ library }: House, cameraIds: readonly CameraId[]): Promise<number> {
  let sizeBytes = 0;
  for (const id of cameraIds) sizeBytes += (await recordingsBefore(library, id, Date.now())).sizeBytes;
  return sizeBytes;
}

/**
 * The chosen folder when it is empty, else a new one in it: an export never mixes with other things. Problems:
 * `insideVault`, `folderNotWritable`.
 */
async function exportFolder(chosen: string, vaultFolder: string): Promise<Outcome<string>> {
  if (await isInsideVault(chosen, vaultFolder)) return bad({ code: 'insideVault', folder: chosen });
  const report = await folderReport(chosen);
  if (!report.writable) return bad({ code: 'folderNotWritable', folder: chosen });
  if (report.empty) return good(chosen);
  return good(path.join(chosen, en.leaving.folderName(localStamp(Date.now()))));
}
