/** Answers the calls about exports. */
import { randomBytes } from 'node:crypto';
import type { Handlers } from '../../contract/calls.ts';
import type { ExportPlace } from '../../contract/exports.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { shareOf } from '../../core/exporter/exportShare.ts';
import { sealingOf } from '../../core/exporter/sealing.ts';
import { folderReport } from '../../core/vault/folderReport.ts';
import { checkPack, fingerprintOf } from '../evidence.ts';
import { isInsideVault } from '../outsideVault.ts';
import { nameOf, type Rooms } from './rooms.ts';
import { thenWiped } from './wiped.ts';

type ExportCalls = Extract<keyof Handlers, `exports.${string}`>;

export function exportCalls({ house, withHouse, desk }: Rooms): Pick<Handlers, ExportCalls> {
  /** Folders that the user chose in this run of the program, under the ids that the page knows them by. */
  const places = new Map<string, string>();
  let last: string | null = null;

  async function placeOf(placeId: string, vaultFolder: string): Promise<Outcome<ExportPlace>> {
    const folder = places.get(placeId);
    if (folder === undefined) return bad({ code: 'gone' });
    // The vault may have been moved since.
    if (await isInsideVault(folder, vaultFolder)) return bad({ code: 'insideVault', folder });
    const { writable, freeBytes } = await folderReport(folder);
    return writable ? good({ placeId, folder, freeBytes }) : bad({ code: 'folderNotWritable', folder });
  }

  return {
    'exports.list': async () => house()?.exporter.jobs() ?? [],
    'exports.preview': ({ cameraIds, fromMs, toMs }) =>
      withHouse(async ({ library }) => {
        const shares = [];
        for (const cameraId of cameraIds) shares.push(await shareOf(library, cameraId, { fromMs, toMs }));
        return good(shares);
      }),
    'exports.paces': async () => house()?.exporter.paces ?? {},
    'exports.place': async () => {
      const open = house();
      const place = open && last !== null ? await placeOf(last, open.vault.folder) : null;
      return place?.ok === true ? place.value : null;
    },
    'exports.choosePlace': () =>
      withHouse(async (open) => {
        const chosen = await desk.chooseFolder('clips');
        if (chosen === null) return good(null);
        const placeId = randomBytes(8).toString('hex');
        places.set(placeId, chosen);
        const place = await placeOf(placeId, open.vault.folder);
        if (place.ok) last = placeId;
        else places.delete(placeId);
        return place;
      }),
    'exports.start': ({ request: { cameraIds, result, ...wishes }, placeId }) => {
      const passphrase = result.is === 'sealed' && result.to.by === 'passphrase' ? result.to.passphrase : null;
      return thenWiped([passphrase], () =>
        withHouse(async (open) => {
          const place = await placeOf(placeId, open.vault.folder);
          if (!place.ok) return place;
          const sealing = await sealingOf(result, cameraIds.length);
          if (!sealing.ok) return sealing;
          const cameras = cameraIds.map((id) => ({ id, name: nameOf(open, id) }));
          const order = { ...wishes, cameras, result: sealing.value, folder: place.value.folder };
          return good({ jobId: open.exporter.start(order).id });
        }),
      );
    },
    'exports.cancel': ({ jobId }) =>
      withHouse(async (open) => {
        open.exporter.cancel(jobId);
        return good(null);
      }),
    'exports.tryAgain': ({ jobId, placeId }) =>
      withHouse(async (open) => {
        const place = placeId === null ? null : await placeOf(placeId, open.vault.folder);
        if (place && !place.ok) return place;
        open.exporter.tryAgain(jobId, place?.value.folder ?? null);
        return good(null);
      }),
    'exports.show': ({ jobId }) =>
      withHouse(async (open) => {
        const job = open.exporter.jobs().find(({ id }) => id === jobId);
        const file = job?.progress.state === 'done' ? job.progress.files[0] : undefined;
        if (file === undefined) return bad({ code: 'gone' });
        desk.showFile(file);
        return good(null);
      }),
    'exports.checkEvidence': ({ jobId }) =>
      withHouse(({ exporter, vault }) =>
        checkPack(
          vault,
          exporter.jobs().find(({ id }) => id === jobId),
        ),
      ),
    'exports.fingerprint': async () => {
      const open = house();
      return open && fingerprintOf(open.vault);
    },
    'exports.clear': async () => {
      house()?.exporter.clear();
      return null;
    },
  };
}
