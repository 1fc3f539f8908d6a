/**
 * The system's own dialogs, and the file manager. Each asks above the window that has the focus, and answers null when the user
 * cancelled. Calls them as `dialog.…`, never taken apart, so that a journey can answer for the user.
 */
import path from 'node:path';
import { app, BrowserWindow, dialog, shell, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import { en } from '../contract/text/en.ts';

export interface Dialogs {
  /** A folder that exists or that the user made in the dialog. */
  chooseFolder(title: string): Promise<string | null>;
  /** A picture to be written, at first where the user keeps pictures; the system has asked before one is replaced. */
  chooseSaveFile(suggestedName: string): Promise<string | null>;
  showItemInFolder(file: string): void;
}

export function openDialogs(): Dialogs {
  return { chooseFolder, chooseSaveFile, showItemInFolder: (file) => shell.showItemInFolder(file) };
}

async function chooseFolder(title: string): Promise<string | null> {
  const options: OpenDialogOptions = { title, properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'] };
  const parent = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const answer = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}

async function chooseSaveFile(suggestedName: string): Promise<string | null> {
  const options: SaveDialogOptions = {
    title: en.desktop.savePicture,
    defaultPath: path.join(app.getPath('pictures'), suggestedName),
    filters: [{ name: en.desktop.pictureFiles, extensions: ['png'] }],
    properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
  };
  const parent = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const answer = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
  return answer.canceled || answer.filePath === '' ? null : answer.filePath;
}
