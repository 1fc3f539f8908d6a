/**
 * Electron's entry: the order of the start, nothing else. The shell guards the process and opens the window; the app
 * is composed beside it. Never waits at top level: Electron says that it is ready only after this file was read.
 */
import path from 'node:path';
import { createApp } from './app.ts';
import { letHeapGrow } from './app/heapGrowth.ts';
import { en } from './contract/text/en.ts';
import { openLog } from './core/log.ts';
import { startShell } from './shell/start.ts';

letHeapGrow();
const here = import.meta.dirname;
const loud = process.env['NIGHTJAR_LOUD'] === '1';
const log = openLog(loud ? (line) => process.stderr.write(`${line}\n`) : null);

startShell({
  pageFolder: path.join(here, '../renderer'),
  preloadFile: path.join(here, '../preload/preload.cjs'),
  resourcesFolder: path.join(here, '../../../resources'),
  defect: (error, where) => log.defect(error, where),
  async open(shell) {
    const app = await createApp({
      folder: shell.userDataFolder,
      videosFolder: shell.videosFolder,
      portable: shell.portable,
      evidencePage: path.join(here, '../evidence/check.html'),
      about: { version: shell.version, runtime: shell.runtime },
      log,
      tell: (name, value) => {
        shell.emit(name, value);
        // A camera that is removed, or a vault that is left, tells no status any more.
        if (name === 'status.changed' || name === 'cameras.changed' || name === 'app.changed')
          shell.setRecording(app.recordingCameras(), app.waitingCameras());
      },
      forgetPage: () => shell.forgetPage(),
      graphics: () => shell.graphics(),
      desk: {
        chooseFolder: (forWhat) => shell.dialogs.chooseFolder(en.desktop.chooseFolder[forWhat]),
        chooseSaveFile: (suggestedName) => shell.dialogs.chooseSaveFile(suggestedName),
        notices: {
          canShow: () => shell.notices.canShow(),
          show: (notice) => shell.notices.show(notice),
          isSeen: () => shell.isSeen(),
        },
        showFile: (file) => shell.dialogs.showItemInFolder(file),
        windows: {
          openSecond: (place) => shell.openSecondWindow(place),
          openMain: () => shell.openMainWindow(),
          toggleWholeScreen: (window) => shell.toggleWholeScreen(window),
        },
      },
    });
    void app.start();
    return {
      handlers: app.handlers,
      openStream: (stream) => app.openStream(stream),
      keepsRunning: () => shell.tray && app.recordsCameras(),
      suspend: () => {
        log.note('suspend');
        app.sleep();
      },
      idle: (seconds) => app.idle(seconds),
      resume: () => app.wake(),
      network: (online) => {
        if (online) app.wake();
      },
      noticeClicked: (place) => app.noticeClicked(place),
      secondWindow: (place) => app.secondWindow(place),
      close: () => app.close(),
    };
  },
});
