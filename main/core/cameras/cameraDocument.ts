/**
 * The camera list as it is kept in the vault: what it holds, and the check of what comes back from the disk. It holds
 * no credentials: these are in the keychain, and with them a stream path that has a password inside it. A document
 * that is not wholly as written here is refused (null), so that the store falls back to its previous version.
 */
import * as v from 'valibot';
import type { Camera, CameraId, StreamInfo, StreamRole } from '../../contract/model.ts';
import { firstPlan, recordingPlan } from '../../contract/recordingPlan.ts';

/** Where a stream was when the camera was last asked. */
export interface KnownStream {
  role: StreamRole;
  /** Without host and credentials: '/Streaming/Channels/101'. */
  path: string;
  scheme: 'rtsp' | 'rtsps';
  port: number;
}

export interface StoredCamera extends Camera {
  scheme: 'http' | 'https' | 'rtsp' | 'rtsps';
  /** Of the ONVIF device service; for RTSP the path as it is shown. */
  servicePath: string;
  /** ONVIF: where its streams were last. RTSP: empty, the address is the stream. */
  knownStreams: KnownStream[];
}

export interface CameraDocument {
  cameras: StoredCamera[];
  /** Removed, but with recordings kept: their names. */
  removed: { id: CameraId; name: string }[];
  /** Removed cameras whose entries the keychain has not let go of yet. */
  entriesToGo: CameraId[];
  /**
   * When something of which camera is protected, without its name: known while the vault is locked, when the list of
   * clips is not, so that recordings can be deleted by the rule then too.
   */
  protectedSpans: ProtectedSpan[];
}

export interface ProtectedSpan {
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
}

export const emptyCameraDocument: CameraDocument = { cameras: [], removed: [], entriesToGo: [], protectedSpans: [] };

/** 2: `keepDays` may be 'room', and null means the rule for all cameras; `entriesToGo`, `protectedSpans`. 3: `moves`. 4: `allowsClearPassword`. 5: `plan`. */
export const cameraDocumentVersion = 5;

/**
 * One step a version. In version 1 null was "as long as there is room", which the rule for all was: it stays null.
 * Cameras of version 2 are asked whether they can be moved when they are next connected to, as all are. Before version
 * 5 every camera was recorded always.
 */
export const cameraDocumentSteps: readonly ((json: unknown) => unknown)[] = [
  (json) => (isRecord(json) ? { ...json, entriesToGo: [], protectedSpans: [] } : json),
  (json) => changeCameras(json, (camera) => ({ ...camera, moves: null })),
  (json) => changeCameras(json, (camera) => ({ ...camera, allowsClearPassword: false })),
  (json) => changeCameras(json, (camera) => ({ ...camera, plan: firstPlan })),
];

function changeCameras(json: unknown, change: (camera: Record<string, unknown>) => unknown): unknown {
  if (!isRecord(json) || !Array.isArray(json['cameras'])) return json;
  const cameras: unknown[] = json['cameras'];
  return { ...json, cameras: cameras.map((camera) => (isRecord(camera) ? change(camera) : camera)) };
}

const maxCameras = 1000;
const mostSpans = 10_000;
const mostPresets = 10_000;
const videoCodecs = ['H.264', 'H.265', 'MJPEG', 'MPEG-4', 'unknown'];
const audioCodecs = ['AAC', 'G.711', 'G.726', 'Opus', 'unknown'];

/** null when anything in it is not as it was written. */
export function parseCameraDocument(value: unknown): CameraDocument | null {
  if (!isRecord(value) || !isListOf(value['cameras'], isCamera) || !isListOf(value['removed'], isRemoved)) return null;
  const ids = [...value['cameras'], ...value['removed']].map((one) => one.id);
  if (new Set(ids).size !== ids.length) return null;
  if (!isListOf(value['entriesToGo'], isCameraId)) return null;
  const { cameras, removed, entriesToGo, protectedSpans } = value;
  if (!Array.isArray(protectedSpans) || protectedSpans.length > mostSpans) return null;
  if (!protectedSpans.every(isProtectedSpan)) return null;
  return { cameras, removed, entriesToGo, protectedSpans };
}

function isCamera(value: unknown): value is StoredCamera {
  return (
    isRecord(value) &&
    isCameraId(value['id']) &&
    isText(value['name'], 1) &&
    (value['kind'] === 'onvif' || value['kind'] === 'rtsp') &&
    isHost(value['host']) &&
    isPort(value['port']) &&
    isText(value['path'], 0, 2500) &&
    ['maker', 'model', 'firmware', 'serial'].every((name) => isText(value[name])) &&
    isListOf(value['streams'], isStream) &&
    (value['moves'] === null || isMoves(value['moves'])) &&
    typeof value['recordsSound'] === 'boolean' &&
    typeof value['allowsClearPassword'] === 'boolean' &&
    (value['keepDays'] === null || value['keepDays'] === 'room' || isNumber(value['keepDays'], 1, 3650)) &&
    typeof value['paused'] === 'boolean' &&
    v.is(recordingPlan, value['plan']) &&
    isNumber(value['addedMs'], 0, 8.64e15) &&
    isOneOf(value['scheme'], value['kind'] === 'rtsp' ? ['rtsp', 'rtsps'] : ['http', 'https']) &&
    isPath(value['servicePath']) &&
    isListOf(value['knownStreams'], isKnownStream)
  );
}

function isStream(value: unknown): value is StreamInfo {
  return (
    isRecord(value) &&
    isRole(value['role']) &&
    isOneOf(value['video'], videoCodecs) &&
    isNumber(value['widthPixels'], 0, 32_768) &&
    isNumber(value['heightPixels'], 0, 32_768) &&
    (value['framesPerSecond'] === null || isNumber(value['framesPerSecond'], 0, 1000)) &&
    (value['bitsPerSecond'] === null || isNumber(value['bitsPerSecond'], 0, 1e12)) &&
    (value['audio'] === null || isOneOf(value['audio'], audioCodecs))
  );
}

function isMoves(value: unknown): boolean {
  if (!isRecord(value) || !isNumber(value['presets'], 0, mostPresets)) return false;
  return ['panTilt', 'zoom', 'home', 'storesHome'].every((name) => typeof value[name] === 'boolean');
}

function isKnownStream(value: unknown): value is KnownStream {
  return (
    isRecord(value) &&
    isRole(value['role']) &&
    isPath(value['path']) &&
    isOneOf(value['scheme'], ['rtsp', 'rtsps']) &&
    isPort(value['port'])
  );
}

function isRemoved(value: unknown): value is { id: CameraId; name: string } {
  return isRecord(value) && isCameraId(value['id']) && isText(value['name'], 1);
}

function isProtectedSpan(value: unknown): value is ProtectedSpan {
  return (
    isRecord(value) &&
    isCameraId(value['cameraId']) &&
    isNumber(value['fromMs'], 0, 8.64e15) &&
    isNumber(value['toMs'], 0, 8.64e15)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.length <= maxCameras && value.every(isItem);
}

function isCameraId(value: unknown): value is CameraId {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

function isText(value: unknown, least = 0, most = 300): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most && !/\p{Cc}/u.test(value);
}

function isHost(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-z._:%-]{1,253}$/.test(value);
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 2500 && /^\/[\x21-\x7e\u2026]*$/.test(value);
}

function isPort(value: unknown): boolean {
  return isNumber(value, 1, 65_535) && Number.isInteger(value);
}

function isRole(value: unknown): boolean {
  return isOneOf(value, ['main', 'sub']);
}

function isOneOf(value: unknown, options: readonly string[]): boolean {
  return typeof value === 'string' && options.includes(value);
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}
