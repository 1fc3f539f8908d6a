/** Answers the calls about exports. */
import { randomBytes } from 'node:crypto';
import type { Handlers } from '../../contract/calls.ts';
import { bad, good } from '../../contract/problems.ts';
import { recordedMs } from '../../core/library/spans.ts';
import { clipFile, clipName } from '../clipName.ts';
import { nameOf, type Rooms } from './rooms.ts';

type ExportCalls = Extract<keyof Handlers, `exports.${string}`>;

export function exportCalls({ house, withHouse, desk }: Rooms): Pick<Handlers, ExportCalls> {
  /** Files that the user chose, under the ids that the page knows them by. */
  const clipPlaces = new Map<string, string>();
  return {
    'exports.list': async () => house()?.exporter.jobs() ?? [],
    'exports.choosePlace': ({ cameraId, fromMs, toMs }) =>
      withHouse(async (open) => {
        const spans = await open.library.spans(cameraId, fromMs, toMs);
        const recorded = recordedMs(spans);
        if (recorded === 0) return bad({ code: 'notRecorded' });
        const typed = await desk.chooseSaveFile(clipName(nameOf(open, cameraId), fromMs), 'clip');
        if (typed === null) return good(null);
        const file = await clipFile(typed);
        if (!file.ok) return file;
        const placeId = randomBytes(8).toString('hex');
        clipPlaces.set(placeId, file.value);
        return good({ placeId, file: file.value, recordedMs: recorded });
      }),
    'exports.start': ({ cameraId, fromMs, toMs, placeId }) =>
      withHouse(async (open) => {
        const file = clipPlaces.get(placeId);
        if (file === undefined) return bad({ code: 'gone' });
        clipPlaces.delete(placeId);
        const cameraName = nameOf(open, cameraId);
        const job = open.exporter.start({ cameraId, cameraName, fromMs, toMs, file });
        return good({ jobId: job.id });
      }),
    'exports.cancel': ({ jobId }) =>
      withHouse(async (open) => {
        open.exporter.cancel(jobId);
        return good(null);
      }),
    'exports.tryAgain': ({ jobId }) =>
      withHouse(async (open) => {
        open.exporter.tryAgain(jobId);
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
    'exports.clear': async () => {
      house()?.exporter.clear();
      return null;
    },
  };
}
