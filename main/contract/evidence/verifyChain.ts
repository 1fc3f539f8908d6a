/**
 * Follows the chain of recordings through an evidence pack: the hashes that the manifest says of a recording must make up
 * its content, and the recording behind it, which was begun when that one ended, must name it. Pure.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { isEd25519 } from './ed25519.ts';
import { contentHash, type Link, linkMessage, readLinkBox, readResealedBox, resealedMessage } from './link.ts';
import type { ManifestCamera, ManifestRecording } from './manifest.ts';
import type { PackFinding, PackPlace } from './pack.ts';

export interface ChainCheck {
  camera: ManifestCamera;
  publicKey: Uint8Array;
  /** The link and the last piece of a recording, as they lie in its file; null where they are not in it. */
  marks: ReadonlyMap<ManifestRecording, { link: Uint8Array | null; last: Uint8Array | null }>;
}

export interface ChainResult {
  findings: PackFinding[];
  vouched: number;
}

export function verifyChain({ camera, publicKey, marks }: ChainCheck): ChainResult {
  const findings: PackFinding[] = [];
  const byStart = new Map(camera.recordings.map((one) => [one.startMs, one]));
  const vouched = new Set<ManifestRecording>();
  const isSigned = (signature: Uint8Array, message: Uint8Array): boolean => isEd25519(signature, message, publicKey);
  /** What a link says of the one before it. */
  const follow = (link: Link, place: PackPlace, isFirst: boolean): void => {
    if (!link.before) return;
    const named = byStart.get(link.before.startMs);
    if (!named) {
      if (!isFirst) findings.push({ is: 'notHere', beforeMs: link.before.startMs, ...place });
      return;
    }
    const content = link.before.content && bytesToHex(link.before.content);
    const isSame = bytesToHex(link.before.sealId) === named.sealId || wasSealed(named, link.before.sealId);
    if (!isSame || (content !== null && content !== named.content)) findings.push({ is: 'chain', ...place });
    else if (content !== null && link.signature) vouched.add(named);
  };
  /** Whether it is the one that was made of a sealed file that was cut off. */
  const wasSealed = (recording: ManifestRecording, sealId: Uint8Array): boolean => {
    const last = marks.get(recording)?.last;
    const resealed = last ? readResealedBox(last) : null;
    if (!resealed?.signature || resealed.startMs !== recording.startMs) return false;
    if (bytesToHex(resealed.was) !== bytesToHex(sealId) || bytesToHex(resealed.sealId) !== recording.sealId)
      return false;
    return isSigned(resealed.signature, resealedMessage(resealed));
  };
  for (const [index, recording] of camera.recordings.entries()) {
    const place: PackPlace = {
      ...{ file: recording.file, camera: camera.name, fromMs: recording.startMs, toMs: recording.endMs },
    };
    const hashes = recording.pieces.map((piece) => hexToBytes(piece[1]));
    if (bytesToHex(contentHash(hashes)) !== recording.content) findings.push({ is: 'content', ...place });
    const box = marks.get(recording)?.link;
    const link = box ? readLinkBox(box) : null;
    if (!link) continue;
    const isItself =
      link.cameraId === camera.id &&
      link.startMs === recording.startMs &&
      (bytesToHex(link.sealId) === recording.sealId || wasSealed(recording, link.sealId) || !endIsHere(recording)) &&
      (!link.signature || isSigned(link.signature, linkMessage(link)));
    if (isItself) follow(link, place, index === 0);
    else findings.push({ is: 'link', ...place });
  }
  const last = camera.recordings.at(-1);
  const next = camera.next === null ? null : readLinkBox(hexToBytes(camera.next));
  if (next && last) {
    const place = { file: last.file, camera: camera.name, fromMs: last.startMs, toMs: last.endMs };
    const isFine = next.cameraId === camera.id && (!next.signature || isSigned(next.signature, linkMessage(next)));
    if (isFine) follow(next, place, true);
    else findings.push({ is: 'link', ...place });
  }
  return { findings, vouched: vouched.size };
}

function endIsHere({ pieces }: ManifestRecording): boolean {
  return pieces.at(-1)?.[3] === 1;
}
