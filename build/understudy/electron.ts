/**
 * The module `electron`, as the main process of the app imports it here. An import of anything else fails when the
 * program is linked: what is not performed is not there.
 */
import { app } from './app.ts';
import { StandInWindow as BrowserWindow } from './browserWindow.ts';
import { dialog, Menu, net, powerMonitor, powerSaveBlocker, screen, shell, Tray } from './desk.ts';
import { ipcMain } from './ipc.ts';
import { nativeImage } from './nativeImage.ts';
import { StandInNotification as Notification } from './notification.ts';
import { StandInChannel as MessageChannelMain } from './ports.ts';
import { protocol, session } from './session.ts';
import { strictModule } from './strict.ts';

export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeImage,
  net,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  Tray,
};

export default strictModule('electron', {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeImage,
  net,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  Tray,
});
