/**
 * What a try has found out, turned into what is kept of it and what the page is told; and whether it is a camera that
 * is on the list already. Pure.
 */
import { randomBytes } from 'node:crypto';
import type { Camera, CameraKeepDays, TryReport } from '../../contract/model.ts';
import { firstPlan, type RecordingPlan } from '../../contract/recordingPlan.ts';
import { shownPath } from './address.ts';
import type { StoredCamera } from './cameraDocument.ts';
import { knownStream, type Reached } from './reach.ts';

/** How the user wants it kept. */
export interface CameraChoice {
  name: string;
  records: boolean;
  recordsSound: boolean;
  keepDays: CameraKeepDays;
  /** Left out: always. */
  plan?: RecordingPlan;
}

export function isSamePlace(camera: StoredCamera, reached: Reached): boolean {
  if (camera.host !== reached.host || camera.port !== reached.port || camera.kind !== reached.kind) return false;
  return reached.kind === 'onvif' || camera.path === shownPath(reached.path);
}

/** By serial number, where that tells cameras apart: some makers ship 000000 or one number for all. */
export function isSameDevice(camera: StoredCamera, reached: Reached): boolean {
  const { serial } = reached;
  if (serial.length < 6 || new Set(serial).size < 3) return false;
  return camera.serial === serial && camera.maker === reached.maker && camera.model === reached.model;
}

export function storedCamera(reached: Reached, choice: CameraChoice, allowsClearPassword: boolean): StoredCamera {
  const path = shownPath(reached.path);
  return {
    id: randomBytes(8).toString('hex'),
    name: choice.name,
    kind: reached.kind,
    host: reached.host,
    port: reached.port,
    path: reached.kind === 'rtsp' ? path : '',
    maker: reached.maker,
    model: reached.model,
    firmware: reached.firmware,
    serial: reached.serial,
    streams: reached.streams.map((stream) => stream.info),
    moves: reached.moves,
    recordsSound: choice.recordsSound,
    keepDays: choice.keepDays,
    allowsClearPassword,
    paused: !choice.records,
    plan: choice.plan ?? firstPlan,
    addedMs: Date.now(),
    scheme: reached.scheme,
    servicePath: path,
    knownStreams: reached.kind === 'rtsp' ? [] : reached.streams.map(knownStream).filter((one) => one !== null),
  };
}

export function asCamera(stored: StoredCamera): Camera {
  const { scheme: _scheme, servicePath: _path, knownStreams: _streams, ...camera } = stored;
  return camera;
}

export function report(tryId: string, reached: Reached, firstPicture: TryReport['firstPicture']): TryReport {
  const { kind, host, port, reachedInMs, clockOffsetMs, name, maker, model, firmware, serial, events } = reached;
  const streams = reached.streams.map((stream) => stream.info);
  return {
    ...{ tryId, kind, host, port, reachedInMs, clockOffsetMs, name, maker, model, firmware, serial },
    ...{ streams, moves: reached.moves !== null, events, firstPicture },
  };
}
