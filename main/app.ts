/**
 * The app without its window: composes the core and answers every call of the contract. Does not know Electron; what
 * it needs of the desktop (dialogs, showing a file) comes in as `Desk`. A call that needs an open vault, made while it
 * is closed, is answered with the vault's problem, never thrown.
 */
import { randomBytes } from 'node:crypto';
import type { About, Handlers } from './contract/calls.ts';
import type { CameraId } from './contract/model.ts';
import { bad, good, type Outcome } from './contract/problems.ts';
import type { LiveNotice, PageMessage, PlaybackNotice, StreamRequest } from './contract/stream.ts';
import { LiveStream } from './app/liveStream.ts';
import { openHouse, type House, type Tell } from './app/house.ts';
import { Opening } from './app/opening.ts';
import { Places } from './app/places.ts';
import { clipFile, clipName } from './app/clipName.ts';
import { whereVault } from './app/whereVault.ts';
import { readAddress } from './core/cameras/address.ts';
import { Playback } from './core/library/playback.ts';
import { recordedMs } from './core/library/spans.ts';
import type { Log } from './core/log.ts';
import { firstSettings } from './core/settings.ts';
import { Keychain } from './core/vault/keychain.ts';
import { findFfmpeg, type Ffmpeg } from './core/video/ffmpeg.ts';

/** What the app needs of the desktop. */
export interface Desk {
  /** null when the user cancelled. */
  chooseFolder(): Promise<string | null>;
  chooseSaveFile(suggestedName: string): Promise<string | null>;
  showFile(file: string): void;
}

/** One stream's port to the page, its messages checked. */
export interface StreamPort {
  request: StreamRequest;
  send(packet: Uint8Array<ArrayBuffer>): void;
  notice(notice: LiveNotice | PlaybackNotice): void;
  onMessage(listener: (message: PageMessage) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

export interface AppOptions {
  /** The app's own folder. */
  folder: string;
  /** Where the user keeps videos. */
  videosFolder: string;
  /** Nothing outside the two folders is looked at. */
  portable: boolean;
  about: Omit<About, 'ffmpeg'>;
  desk: Desk;
  log: Log;
  tell: Tell;
}

export interface App {
  handlers: Handlers;
  openStream(port: StreamPort): void;
  /** Opens the vault that was open last. */
  start(): Promise<void>;
  /** The computer woke up, or the network came back. */
  wake(): void;
  /** How many cameras are being recorded. */
  recordingCameras(): number;
  /** There is a camera to record, also one that is lost at the moment and will be recorded when it is back. */
  recordsCameras(): boolean;
  close(): Promise<void>;
}

export async function createApp(options: AppOptions): Promise<App> {
  const { desk, log, tell } = options;
  const ffmpeg: Outcome<Ffmpeg> = await findFfmpeg();
  const keychain = new Keychain(process.env['NIGHTJAR_KEYCHAIN_SERVICE'] ?? 'Nightjar');
  const places = new Places(options.videosFolder, options.portable);
  const clipPlaces = new Map<string, string>();
  const ended = new AbortController();
  let house: House | null = null;

  const opening = new Opening({
    keychain,
    where: whereVault(options.folder),
    changed: (state) => tell('app.changed', state),
    async enter(vault, warning) {
      if (!ffmpeg.ok) return ffmpeg;
      const opened = await openHouse({ vault, keychain, ffmpeg: ffmpeg.value, log, tell, warning });
      if (!opened.ok) {
        await log.keepIn(null);
        return opened;
      }
      house = opened.value;
      return good(null);
    },
    defect: (error) => log.defect(error, 'opening the vault'),
    async leave() {
      const leaving = house;
      house = null;
      await leaving?.close();
    },
  });

  /** The open house, or why there is none. */
  function inside(): Outcome<House> {
    if (house) return good(house);
    return bad(opening.state.phase === 'closed' ? opening.state.problem : { code: 'gone' });
  }

  async function withHouse<Value>(work: (house: House) => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    const open = inside();
    return open.ok ? work(open.value) : open;
  }

  async function takeOver(open: House, cameraId: string): Promise<void> {
    tell('cameras.changed', open.cameras.list());
    tell('search.changed', open.discovery.search());
    const camera = open.cameras.list().find(({ id }) => id === cameraId);
    if (camera) await open.watching.watch(camera);
  }

  const placed = async <Value>(
    placeId: string,
    work: (folder: string) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> => {
    const folder = places.folderOf(placeId);
    return folder === null ? bad({ code: 'gone' }) : work(folder);
  };

  const handlers: Handlers = {
    'app.state': async () => opening.state,
    'app.about': async () => ({
      ...options.about,
      ffmpeg: ffmpeg.ok ? `ffmpeg ${ffmpeg.value.version}` : 'ffmpeg is missing',
    }),

    'vault.places': () => places.list(),
    'vault.choosePlace': async () => {
      const folder = await desk.chooseFolder();
      return folder === null ? good(null) : places.chosen(folder);
    },
    'vault.create': ({ placeId }) => placed(placeId, (folder) => opening.make(folder)),
    'vault.prove': ({ words }) => opening.prove(words),
    'vault.wordsAgain': async () => opening.wordsAgain(),
    'vault.startOver': async () => opening.startOver(),
    'vault.open': ({ placeId }) => placed(placeId, (folder) => opening.open(folder)),
    'vault.openWithWords': ({ words }) => opening.openWithWords(words),
    'vault.retry': () => opening.retry(),
    'vault.forget': () => opening.forget(),
    'vault.status': () => withHouse(async (open) => good(await open.status())),

    'cameras.list': async () => house?.cameras.list() ?? [],
    'cameras.statuses': async () => house?.watching.statuses() ?? [],
    'cameras.search': async () => {
      if (!house) return { networks: [], looking: false, found: [] };
      house.discovery.start();
      return house.discovery.search();
    },
    'cameras.stopSearch': async () => {
      house?.discovery.stop();
      return null;
    },
    'cameras.readAddress': async ({ text }) => readAddress(text),
    'cameras.try': ({ target, user, password }) =>
      withHouse((open) => open.cameras.tryCamera({ target, user, password }, ended.signal)),
    'cameras.stopTry': async () => {
      house?.cameras.stopTry();
      return null;
    },
    'cameras.add': (choice) =>
      withHouse(async (open) => {
        const added = await open.cameras.add(choice);
        if (added.ok) await takeOver(open, added.value.id);
        return added;
      }),
    'cameras.edit': (change) =>
      withHouse(async (open) => {
        const edited = await open.cameras.edit(change);
        if (edited.ok) await takeOver(open, change.cameraId);
        return edited;
      }),
    'cameras.signIn': ({ cameraId, user, password }) =>
      withHouse(async (open) => {
        const signed = await open.cameras.signIn(cameraId, { user, password }, ended.signal);
        if (signed.ok) open.watching.tryNow(cameraId);
        return signed;
      }),
    'cameras.setPaused': ({ cameraId, paused }) =>
      withHouse(async (open) => {
        const set = await open.cameras.setPaused(cameraId, paused);
        if (!set.ok) return set;
        await takeOver(open, cameraId);
        return good(null);
      }),
    'cameras.tryNow': ({ cameraId }) =>
      withHouse(async (open) => {
        open.watching.tryNow(cameraId);
        return good(null);
      }),
    'cameras.remove': ({ cameraId, recordings }) =>
      withHouse(async (open) => {
        const camera = open.cameras.list().find(({ id }) => id === cameraId);
        if (!camera) return bad({ code: 'gone' });
        const removed = await open.removeCamera(camera, recordings);
        tell('cameras.changed', open.cameras.list());
        return removed;
      }),

    'library.spans': ({ cameraId, fromMs, toMs }) =>
      withHouse(async (open) => good(await open.library.spans(cameraId, fromMs, toMs))),
    'library.cameras': async () => (house ? withRecordings(house) : []),

    'exports.list': async () => house?.exporter.jobs() ?? [],
    'exports.choosePlace': ({ cameraId, fromMs, toMs }) =>
      withHouse(async (open) => {
        const spans = await open.library.spans(cameraId, fromMs, toMs);
        const recorded = recordedMs(spans);
        if (recorded === 0) return bad({ code: 'notRecorded' });
        const typed = await desk.chooseSaveFile(clipName(nameOf(open, cameraId), fromMs));
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
      house?.exporter.clear();
      return null;
    },

    'settings.get': async () => house?.settings.value ?? firstSettings,
    'settings.set': (change) =>
      withHouse(async (open) => {
        const updated = await open.settings.update((value) => ({ ...value, ...change }));
        if (!updated.ok) return updated;
        if (change.keepBytes !== undefined) await open.applySettings();
        tell('settings.changed', open.settings.value);
        return good(open.settings.value);
      }),
  };

  function openLive(open: House, port: StreamPort, request: StreamRequest & { kind: 'live' }): void {
    const stream = new LiveStream(port, request.role, request.converted);
    port.onMessage((message) => stream.heard(message));
    if (!request.converted && !open.watching.isCarried(request.cameraId, request.role))
      port.notice({ is: 'notCarried' });
    const stop = open.watching.show(request.cameraId, request.role, request.converted, stream);
    if (stop) port.onClose(stop);
    else port.close();
  }

  function openPlayback(open: House, port: StreamPort, cameraId: string): void {
    const playback = new Playback({
      library: open.library,
      vault: open.vault,
      cameraId,
      send: (packet) => port.send(packet),
      notice: (notice) => port.notice(notice),
      defect: (error) => log.defect(error, 'playback'),
    });
    port.onMessage((message) => {
      if (message.is === 'credit') playback.credit(message.messages);
      else playback.seek(message.toMs, message.ticket);
    });
    port.onClose(() => void playback.close());
  }

  return {
    handlers,
    openStream(port) {
      const open = house;
      if (!open) port.close();
      else if (port.request.kind === 'live') openLive(open, port, port.request);
      else openPlayback(open, port, port.request.cameraId);
    },
    async start() {
      await opening.start();
    },
    wake: () => house?.watching.tryNow(),
    recordingCameras: () => house?.watching.statuses().filter(({ recording }) => recording.recording).length ?? 0,
    recordsCameras: () => house?.cameras.list().some(({ paused }) => !paused) ?? false,
    async close() {
      ended.abort();
      await opening.close();
    },
  };
}

function nameOf({ cameras }: House, cameraId: CameraId): string {
  const known = [...cameras.list(), ...cameras.removed()].find(({ id }) => id === cameraId);
  return known?.name ?? '';
}

/** Cameras on the list, and removed ones whose recordings are still there. */
async function withRecordings({
  cameras,
  library,
}: House): Promise<{ cameraId: CameraId; name: string; removed: boolean }[]> {
  const recorded = new Set(await library.cameras());
  const listed = cameras.list().map(({ id, name }) => ({ cameraId: id, name, removed: false }));
  const removed = cameras.removed().filter(({ id }) => recorded.has(id));
  return [...listed, ...removed.map(({ id, name }) => ({ cameraId: id, name, removed: true }))];
}
