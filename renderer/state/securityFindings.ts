/** What a camera's facts come to: what to fix, what to know, what is in order, each in words. Pure. */
import { clockToleranceMs } from '../../main/contract/health.ts';
import type { Camera, CameraStatus } from '../../main/contract/model.ts';
import type { SecurityFacts } from '../../main/contract/security.ts';
import { text } from './text.ts';

export type FindingWeight = 'bad' | 'note' | 'good';

export interface SecurityFinding {
  weight: FindingWeight;
  fact: string;
  remedy: string;
}

const words = text.security;
/** Doors that nobody who only watches needs; SSH is one that some keep on purpose. */
const doors = [
  { port: 23, weight: 'bad' },
  { port: 21, weight: 'bad' },
  { port: 22, weight: 'note' },
] as const;

/** What to fix first. */
export function findingsOf(
  facts: SecurityFacts,
  camera: Pick<Camera, 'firmware'>,
  status: Pick<CameraStatus, 'clockOffsetMs' | 'stream'> | null,
): SecurityFinding[] {
  const found = [
    signIn(facts),
    ...openDoors(facts),
    facts.encrypted
      ? finding('good', words.encrypted)
      : facts.offersEncrypted
        ? finding('bad', words.offersEncrypted)
        : finding('note', words.unencrypted),
    ...clock(status),
    ...(camera.firmware === '' ? [] : [finding('note', words.firmware(camera.firmware))]),
    ...otherPorts(facts),
    finding('note', words.internet),
  ];
  const order: FindingWeight[] = ['bad', 'note', 'good'];
  return found.sort((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight));
}

function finding(weight: FindingWeight, said: { fact: string; remedy: string }): SecurityFinding {
  return { weight, ...said };
}

function signIn({ signIn: way, encrypted }: SecurityFacts): SecurityFinding {
  switch (way) {
    case 'nobody':
      return finding('bad', words.nobody);
    case 'basic':
      return encrypted ? finding('good', words.basicInside) : finding('bad', words.basic);
    case 'digest':
      return finding('good', words.digest);
    case 'unknown':
      return finding('note', words.signInUnknown);
  }
}

function openDoors({ openPorts, tried }: SecurityFacts): SecurityFinding[] {
  const open = doors.filter(({ port }) => openPorts.includes(port));
  if (open.length === 0) return [finding('good', words.noDoor(tried))];
  return open.map(({ port, weight }) => finding(weight, words.door(words.doorNames[port], port)));
}

function clock(status: Pick<CameraStatus, 'clockOffsetMs' | 'stream'> | null): SecurityFinding[] {
  if (status?.stream.state !== 'live' || status.clockOffsetMs === null) return [];
  const offsetMs = status.clockOffsetMs;
  if (Math.abs(offsetMs) <= clockToleranceMs) return [finding('good', words.clockRight)];
  return [finding('bad', words.clockWrong(words.away(offsetMs), offsetMs > 0))];
}

function otherPorts({ openPorts }: SecurityFacts): SecurityFinding[] {
  const others = openPorts.filter((port) => !doors.some((door) => door.port === port));
  return others.length === 0 ? [] : [finding('good', words.otherPorts(others))];
}
