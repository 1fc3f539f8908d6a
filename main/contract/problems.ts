/**
 * Problems: what is expected to go wrong, as values. A closed list; each code has the details that its sentence on
 * screen needs, and nothing secret. They cross from main to page inside an `Outcome`. Everything that is not here is
 * a defect: logged once with an id, and the page receives `{ code: 'defect', id }`.
 */

export type Problem =
  /** The name does not resolve. */
  | { code: 'noSuchHost'; host: string }
  /** This computer has no way there: no network interface is up, none has an address, or no route leads to it. */
  | { code: 'noNetwork'; host: string }
  /** Nothing answers there: refused, unreachable or silent until the deadline. */
  | { code: 'noAnswer'; host: string; port: number }
  /** Something answers, but neither ONVIF nor RTSP. */
  | { code: 'notACamera'; host: string; port: number }
  /** The camera refused user name or password, or asked for one where none was given. */
  | { code: 'passwordRefused' }
  /** The camera asks for the password in the clear (RTSP's Basic sign-in), and the user has not allowed that. */
  | { code: 'passwordInClear' }
  /** The text is not an address of a camera: which part is wrong. */
  | { code: 'badAddress'; part: 'empty' | 'scheme' | 'host' | 'port' | 'form' }
  /** The camera names a stream on another host, or with a scheme that is not rtsp(s). */
  | { code: 'foreignStream'; host: string }
  /** Signed in, but the camera offers no video stream. */
  | { code: 'noStreams' }
  /** The camera's stream is in a codec that cannot be recorded. */
  | { code: 'unsupportedCodec'; codec: string }
  /** The camera has nothing that could be moved, or not in this direction. */
  | { code: 'cannotMove' }
  /** Signed in, but the camera does not let this user move it. */
  | { code: 'moveNotAllowed' }
  /** The camera refused an order to its head: in its own words, '' where it has none. */
  | { code: 'moveRefused'; reason: string }
  /** The camera did not answer the order to stop. It stops by itself within this time; 0: it moves by single steps. */
  | { code: 'notStopped'; withinMs: number }
  /** The camera does not tell of events: in its own words, '' where it has none. */
  | { code: 'eventsRefused'; reason: string }
  /** The same camera is on the list already, under this name. */
  | { code: 'alreadyAdded'; name: string }
  /** The camera, recording, job or place that the page names is not there any more. */
  | { code: 'gone' }
  /** It was deleted while it was exported. */
  | { code: 'recordingGone' }
  /** The keychain is locked, or did not answer within its deadline. */
  | { code: 'keychainLocked' }
  /** This system has no keychain service. */
  | { code: 'keychainMissing' }
  /** The vault is there, but the keychain holds no key for it: the recovery key opens it. */
  | { code: 'keyMissing' }
  /** The keychain's key does not belong to this vault: the recovery key opens it. */
  | { code: 'keyWrong' }
  /** The folder that held the vault is not there (a drive that is not connected, perhaps). */
  | { code: 'vaultMissing'; folder: string }
  /** The vault was written by a newer Nightjar. */
  | { code: 'vaultNewer'; version: number; understood: number }
  /** A file of the vault does not open, and there is no earlier version that does. */
  | { code: 'vaultDamaged'; file: string }
  /** A file of the vault did not open, and the version before it is in use: the last change to it is lost. A warning. */
  | { code: 'vaultRestored'; file: string }
  /** Neither version of the document opens. */
  | { code: 'settingsLost' }
  | { code: 'camerasLost' }
  | { code: 'passwordsLost' }
  | { code: 'bookmarksLost' }
  /** Another Nightjar has this vault open, here or on another computer. */
  | { code: 'otherInstance'; folder: string }
  /** The folder holds other things, and no vault. */
  | { code: 'folderNotEmpty'; folder: string }
  | { code: 'folderNotWritable'; folder: string }
  /** The disk takes no writing at all: its switch, how it is mounted, or because the system found errors on it. */
  | { code: 'diskReadOnly'; folder: string }
  /** What is exported would lie inside the vault's folder. */
  | { code: 'insideVault'; folder: string }
  /** The folder that an export goes to is not there, or is another one. */
  | { code: 'placeMissing'; folder: string }
  /** The disk cannot keep the files private to this user (FAT, exFAT, some network shares). A warning. */
  | { code: 'folderNotPrivate'; folder: string }
  | { code: 'diskFull'; folder: string; freeBytes: number }
  /** The twelve words do not open this vault, or one of the words asked back is wrong. Never which. */
  | { code: 'wordsWrong' }
  /** The camera asks for a password, and this computer's keychain has none for it. */
  | { code: 'passwordMissing' }
  /** The vault is being moved, and is not left meanwhile. */
  | { code: 'moving' }
  /** The disk has not the room for the vault. */
  | { code: 'noRoom'; folder: string; neededBytes: number; freeBytes: number }
  /** A vault cannot be moved into its own folder, nor to where a folder of it lies. */
  | { code: 'moveIntoItself'; folder: string }
  /** What was pasted is no public key that the vault can be sealed to. own: the vault's own, which it has already. */
  | { code: 'badKey'; is: 'empty' | 'secret' | 'kind' | 'form' | 'own' }
  /** This public key is on the list already. */
  | { code: 'keyKnown'; name: string }
  | { code: 'tooManyKeys'; most: number }
  /** vault.json names a public key that nobody added in Nightjar. Nothing is sealed to it. A warning. */
  | { code: 'foreignKey'; key: string }
  /** The list of public keys did not open, nor the version before it: the vault is sealed to its own key alone. */
  | { code: 'keysLost' }
  /** The app is locked: nothing is told before it is unlocked. */
  | { code: 'locked' }
  /** Not the passphrase. The next try is answered from `nextTryMs` on; null: at once. */
  | { code: 'passphraseWrong'; nextTryMs: number | null }
  /** Tried again before the time that was told; the passphrase was not looked at. */
  | { code: 'passphraseTooSoon'; nextTryMs: number }
  /** A new passphrase is too short to hold. */
  | { code: 'passphraseShort'; leastCharacters: number }
  /** Nothing but protected clips is left to delete, and there is still more than there is room for. A warning. */
  | { code: 'protectedFull'; protectedBytes: number; keepBytes: number }
  /** The list of protected clips does not open: nothing is deleted by the rule, and nothing can be protected. A warning. */
  | { code: 'clipsUnknown'; file: string }
  | { code: 'tooManyClips'; most: number }
  | { code: 'tooManyBookmarks'; most: number }
  /** A camera is removed, and the keychain has not let go of its user name and password yet. A warning. */
  | { code: 'entryStays'; entries: number }
  /** Nothing is recorded in the chosen span. */
  | { code: 'notRecorded' }
  /** The file to be written exists already, and the user did not choose to replace it. */
  | { code: 'fileExists'; file: string }
  /** The disk that an export goes to has not the room for it. */
  | { code: 'targetFull'; folder: string; neededBytes: number; freeBytes: number }
  /** This ffmpeg has no encoder for H.264: only what is copied can be exported. */
  | { code: 'encoderMissing' }
  /** A sealed export needs its passphrase once more, which was not kept. */
  | { code: 'passphraseGone' }
  | { code: 'ffmpegMissing' }
  /** ffmpeg ended early; the reason in its own words, stripped of addresses. */
  | { code: 'ffmpegFailed'; reason: string }
  | { code: 'cancelled' }
  | { code: 'defect'; id: string };

export type ProblemCode = Problem['code'];
export type ProblemOf<Code extends ProblemCode> = Extract<Problem, { code: Code }>;

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

export function good<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function bad(problem: Problem): { ok: false; problem: Problem } {
  return { ok: false, problem };
}
