/**
 * The documents that live while a vault is open or recorded: settings, the cameras' list, and, without a keychain, the
 * cameras' credentials. The first two are sealed to the recorder's key too, so that recording begins while the vault is
 * locked; what must not be read then is not.
 */
import type { Settings } from '../contract/model.ts';
import { good, type Outcome } from '../contract/problems.ts';
import {
  type CameraDocument,
  cameraDocumentSteps,
  cameraDocumentVersion,
  emptyCameraDocument,
  parseCameraDocument,
} from '../core/cameras/cameraDocument.ts';
import { firstSettings, parseSettings, settingsSteps, settingsVersion } from '../core/settings.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import type { Identity } from '../core/vault/keys.ts';
import { keepRecorderKey, opensDocument, type RecorderKey } from '../core/vault/recorderKey.ts';
import { SealedKeychain } from '../core/vault/sealedKeychain.ts';
import { openStore, type SealedStore } from '../core/vault/sealedStore.ts';

export interface Documents {
  settings: SealedStore<Settings>;
  cameras: SealedStore<CameraDocument>;
  /** null where the credentials lie in the keychain. */
  credentials: SealedKeychain | null;
  /** Seals all of them again, to whom the vault is sealed now, and the version before each too. */
  sealAgain(): Promise<Outcome<null>>;
}

export interface DocumentsOptions {
  vault: Vault;
  keychain: Keychain;
  /** Opens settings and cameras while the vault is locked; not needed any more when this resolves. null: not kept. */
  recorder: RecorderKey | null;
  /** The credentials lie in the vault. */
  sealedCredentials: boolean;
}

/** Problems: those of sealed documents. */
export async function openDocuments(options: DocumentsOptions): Promise<Outcome<Documents>> {
  const { vault, keychain, recorder } = options;
  const reader = await keptReader(options);
  const sealedTo = {
    get recipients() {
      return reader ? [...vault.recipients, reader.recipient] : vault.recipients;
    },
    get identity() {
      return vault.identity;
    },
    away: () => vault.away(),
  };
  const settings = await openStore<Settings>({
    ...{ path: vault.path('settings.json.age'), vault: sealedTo, reader },
    ...{ version: settingsVersion, migrate: settingsSteps, initial: firstSettings, parse: parseSettings },
    lost: { code: 'settingsLost' },
  });
  if (!settings.ok) return settings;
  const cameras = await openStore<CameraDocument>({
    ...{ path: vault.path('cameras.json.age'), vault: sealedTo, reader },
    ...{ version: cameraDocumentVersion, migrate: cameraDocumentSteps },
    ...{ initial: emptyCameraDocument, parse: parseCameraDocument },
    lost: { code: 'camerasLost' },
  });
  if (!cameras.ok) return cameras;
  const credentials = options.sealedCredentials ? await SealedKeychain.open(vault) : null;
  if (credentials && !credentials.ok) return credentials;
  if (vault.identity && reader) {
    // A disk that refuses it now says so at the next change; until then recording waits for the passphrase.
    if (!(await opensDocument(vault.path('settings.json.age'), reader))) await settings.value.sealAgain();
    if (!(await opensDocument(vault.path('cameras.json.age'), reader))) await cameras.value.sealAgain();
  }
  const stores = [settings.value, cameras.value, ...(credentials ? [credentials.value] : [])];
  return good({
    settings: settings.value,
    cameras: cameras.value,
    credentials: credentials?.value ?? null,
    async sealAgain() {
      // First the list that recording goes by while the vault is locked: nothing more may be sealed to a removed key.
      const kept = recorder ? await keepRecorderKey(keychain, vault.id, vault.recipients) : good(null);
      if (kept.ok) kept.value?.identity.wipe();
      for (const store of stores) {
        const sealed = await store.sealAgain();
        if (!sealed.ok) return sealed;
      }
      return kept.ok ? good(null) : kept;
    },
  });
}

/** The recorder's key, if what the keychain says of it is right, or could be put right. */
async function keptReader({ vault, keychain, recorder }: DocumentsOptions): Promise<Identity | null> {
  if (!recorder) return null;
  if (!vault.identity) {
    vault.sealTo(recorder.recipients);
    return recorder.identity;
  }
  if (recorder.recipients.join() === vault.recipients.join()) return recorder.identity;
  const kept = await keepRecorderKey(keychain, vault.id, vault.recipients);
  if (!kept.ok) return null;
  kept.value.identity.wipe();
  return recorder.identity;
}
