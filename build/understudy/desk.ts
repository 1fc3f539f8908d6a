/**
 * The desktop's parts that have no counterpart here. In a window, file dialogs are zenity's; headless, dialogs throw
 * until a test answers for the user. Tray, menu and
 * power-save blocker are taken note of; power events come only when a test emits them. Nothing is shown.
 */
import type {
  Dialog,
  Display,
  Menu as ElectronMenu,
  MenuItemConstructorOptions,
  Net,
  PowerMonitor as ElectronPowerMonitor,
  PowerSaveBlocker,
  Screen,
  Shell,
  Tray as ElectronTray,
} from 'electron';
import os from 'node:os';
import { askForFile, asksForFiles } from './fileDialogs.ts';
import { noteCall, notPerformed, StrictEmitter, strictModule } from './strict.ts';

export const dialog = strictModule('dialog', {
  showOpenDialog: openDialog,
  showSaveDialog: saveDialog,
  showErrorBox(title, content) {
    noteCall('dialog.showErrorBox', title, content);
    console.error(`[${title}] ${content}`);
  },
} satisfies Pick<Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showErrorBox'>);

async function openDialog(): Promise<Electron.OpenDialogReturnValue> {
  if (!asksForFiles) return notPerformed('dialog.showOpenDialog without a stub');
  const folder = await askForFile(['--directory']);
  return { canceled: folder === null, filePaths: folder === null ? [] : [folder] };
}

async function saveDialog(): Promise<Electron.SaveDialogReturnValue> {
  if (!asksForFiles) return notPerformed('dialog.showSaveDialog without a stub');
  const file = await askForFile(['--save', '--confirm-overwrite']);
  return { canceled: file === null, filePath: file ?? '' };
}

export const shell = strictModule('shell', {
  showItemInFolder: (file) => noteCall('shell.showItemInFolder', file),
} satisfies Pick<Shell, 'showItemInFolder'>);

/** Online when any interface but loopback has an address. */
export const net = strictModule('net', {
  isOnline: () =>
    Object.values(os.networkInterfaces())
      .flat()
      .some((each) => each?.internal === false),
} satisfies Pick<Net, 'isOnline'>);

class StandInMenu extends StrictEmitter {
  readonly template: MenuItemConstructorOptions[];

  constructor(template: MenuItemConstructorOptions[]) {
    super();
    this.template = template;
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template);
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    noteCall(
      'Menu.setApplicationMenu',
      menu?.template.map((each) => each.label ?? each.role),
    );
  }
}

class StandInTray
  extends StrictEmitter
  implements Pick<ElectronTray, 'setToolTip' | 'setContextMenu' | 'destroy' | 'isDestroyed'>
{
  #destroyed = false;

  constructor(image: { isEmpty(): boolean }) {
    super();
    noteCall('new Tray', image.isEmpty() ? 'empty' : 'image');
  }

  setToolTip(text: string): void {
    noteCall('Tray.setToolTip', text);
  }

  setContextMenu(menu: ElectronMenu | null): void {
    noteCall('Tray.setContextMenu', menu !== null);
  }

  destroy(): void {
    this.#destroyed = true;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }
}

let blockers = 0;
const blocking = new Set<number>();
export const powerSaveBlocker = strictModule('powerSaveBlocker', {
  start(type) {
    noteCall('powerSaveBlocker.start', type);
    blocking.add(++blockers);
    return blockers;
  },
  stop(id) {
    noteCall('powerSaveBlocker.stop', id);
    return blocking.delete(id);
  },
  isStarted: (id) => blocking.has(id),
} satisfies PowerSaveBlocker);

const onlyDisplay = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1080 },
};

/** Nothing here knows the monitors: one of the usual size, until a test puts others in its place. */
export const screen = strictModule('screen', {
  // Safe for what is asked of it here: the rest of a display is not there, and nothing of it is read.
  getAllDisplays: () => [onlyDisplay as Display],
} satisfies Pick<Screen, 'getAllDisplays'>);

/** There is no system to ask how long nobody touched anything: a test puts another answer in this one's place. */
class PowerMonitor extends StrictEmitter implements Pick<ElectronPowerMonitor, 'getSystemIdleTime'> {
  getSystemIdleTime(): number {
    return 0;
  }
}
export const powerMonitor = new PowerMonitor();

export { StandInMenu as Menu, StandInTray as Tray };
