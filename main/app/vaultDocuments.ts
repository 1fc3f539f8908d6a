/** The sealed documents in the vault's folder, and how each is read: for whoever checks them. */
import { cameraDocumentSteps, cameraDocumentVersion, parseCameraDocument } from '../core/cameras/cameraDocument.ts';
import { exportsFile, readExports } from '../core/exporter/exportsDocument.ts';
import { leavingFile, readLeaving } from '../core/exporter/leavingDocument.ts';
import type { CheckedForm } from '../core/library/checkDocument.ts';
import { bookmarkDocumentVersion, bookmarksFile, parseBookmarkDocument } from '../core/library/bookmarkDocument.ts';
import { clipDocumentVersion, clipsFile, parseClipDocument } from '../core/library/clipDocument.ts';
import { parseSettings, settingsSteps, settingsVersion } from '../core/settings.ts';
import { credentialsName, credentialsVersion, parseEntries } from '../core/vault/sealedKeychain.ts';
import { clocksFile, readClocks } from './health/clockDocument.ts';
import { checkFile, readCheck } from './checkDocument.ts';
import { saidIn } from './lateStore.ts';

export const vaultDocuments = {
  'settings.json.age': { version: settingsVersion, parse: parseSettings, migrate: settingsSteps },
  'cameras.json.age': { version: cameraDocumentVersion, parse: parseCameraDocument, migrate: cameraDocumentSteps },
  [clipsFile]: { version: clipDocumentVersion, parse: parseClipDocument },
  [bookmarksFile]: { version: bookmarkDocumentVersion, parse: parseBookmarkDocument },
  [credentialsName]: { version: credentialsVersion, parse: parseEntries },
  [checkFile]: { version: 1, parse: saidIn(readCheck) },
  [clocksFile]: { version: 1, parse: saidIn(readClocks) },
  [exportsFile]: { version: 1, parse: saidIn(readExports) },
  [leavingFile]: { version: 1, parse: saidIn(readLeaving) },
} satisfies Record<string, CheckedForm<unknown>>;
