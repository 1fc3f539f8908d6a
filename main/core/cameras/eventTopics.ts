/**
 * Which kind of event a camera's topic stands for (ONVIF topic namespace, and what makers put beside it). Topics go by
 * their names without prefixes, because cameras declare those wrongly or not at all; several makers say what moved only
 * in the data. What a camera tells of itself (load, profiles, recording jobs, its own outputs) is no event. Pure.
 */
import type { EventKind } from '../../contract/cameraEvents.ts';

export interface TopicKind {
  kind: EventKind;
  /** It has no end; it may come without saying that it holds. */
  moment: boolean;
}

type Item = readonly [name: string, value: string];

const longestTopic = 200;

/** By the end of the topic. */
const ends: readonly (readonly [end: string, kind: EventKind])[] = [
  ['VideoSource/MotionAlarm', 'motion'],
  ['CellMotionDetector/Motion', 'motion'],
  ['MotionRegionDetector/Motion', 'motion'],
  ['VideoAnalytics/MotionDetection', 'motion'],
  ['VideoAnalytics/Motion', 'motion'],
  ['FieldDetector/ObjectsInside', 'motion'],
  ['Sensor/PIR', 'motion'],
  ['TPSmartEventDetector/TPSmartEvent', 'motion'],
  ['VideoSource/GlobalSceneChange/AnalyticsService', 'tamper'],
  ['VideoSource/GlobalSceneChange/ImagingService', 'tamper'],
  ['VideoSource/Tampering', 'tamper'],
  ['TamperDetector/Tamper', 'tamper'],
  ['Casing/Open', 'tamper'],
  ['MyRuleDetector/PeopleDetect', 'person'],
  ['PeopleDetector/People', 'person'],
  ['HumanDetector/Human', 'person'],
  ['HumanShapeDetect/HumanShape', 'person'],
  ['MyRuleDetector/FaceDetect', 'face'],
  ['FaceDetector/Face', 'face'],
  ['VideoAnalytics/FaceDetection', 'face'],
  ['MyRuleDetector/VehicleDetect', 'vehicle'],
  ['VehicleDetector/Vehicle', 'vehicle'],
  ['MyRuleDetector/DogCatDetect', 'animal'],
  ['PetDetector/Pet', 'animal'],
  ['MyRuleDetector/Package', 'package'],
  ['MyRuleDetector/Visitor', 'doorBell'],
  ['Device/Trigger/DigitalInput', 'input'],
  ['Device/IO/Port', 'input'],
  ['Device/IO/VirtualInput', 'input'],
  ['Audio/DetectedSound', 'sound'],
  ['AudioDetector/Sound', 'sound'],
  ['AudioSource/TriggerLevel', 'sound'],
  ['AudioSource/AudioDetection', 'sound'],
];

/** By its end, too: it is over when it is told. */
const moments: readonly (readonly [end: string, kind: EventKind])[] = [
  ['LineDetector/Crossed', 'line'],
  ['LoiteringDetector/ObjectIsLoitering', 'motion'],
  ['Recognition/Face', 'face'],
  ['Recognition/LicensePlate', 'vehicle'],
];

/** By its beginning. Axis has one topic a camera and scenario, and everybody has rules of their own. */
const beginnings: readonly (readonly [beginning: string, kind: EventKind])[] = [
  ['CameraApplicationPlatform/VMD/', 'motion'],
  ['CameraApplicationPlatform/MotionGuard/', 'motion'],
  ['CameraApplicationPlatform/FenceGuard/', 'line'],
  ['CameraApplicationPlatform/LoiteringGuard/', 'motion'],
  ['CameraApplicationPlatform/ObjectAnalytics/', 'motion'],
  ['CameraApplicationPlatform/', 'other'],
  ['RuleEngine/', 'other'],
  ['VideoAnalytics/', 'other'],
  ['AudioAnalytics/', 'other'],
  ['UserAlarm/', 'other'],
];

/** Of data: which names and values say what it is that moved. */
const words: readonly (readonly [word: RegExp, kind: EventKind])[] = [
  [/^(human|person|people|pedestrian)s?$/, 'person'],
  [/^(vehicle|car|truck|bus|motorcycle|bicycle)s?$/, 'vehicle'],
  [/^(animal|pet|dog|cat|dogcat)s?$/, 'animal'],
  [/^faces?$/, 'face'],
];
const classNames = /^(class|classtypes?|objecttypes?|objectclass(es)?|objectlabel)$/i;

/** Without prefixes and white space, at most 200 characters. */
export function plainTopic(topic: string): string {
  return topic
    .slice(0, 2 * longestTopic)
    .split('/')
    .map((part) => part.slice(part.lastIndexOf(':') + 1).trim())
    .join('/')
    .slice(0, longestTopic);
}

/** `topic`: of `plainTopic`; `data`: what the message says beside it. null: nothing that anybody saw or heard. */
export function kindOf(topic: string, data: readonly Item[]): TopicKind | null {
  const isEnd = ([end]: readonly [string, EventKind]): boolean => topic === end || topic.endsWith(`/${end}`);
  const momentKind = moments.find(isEnd)?.[1];
  if (momentKind !== undefined) return { kind: momentKind, moment: true };
  const kind = ends.find(isEnd)?.[1] ?? beginnings.find(([beginning]) => topic.startsWith(beginning))?.[1];
  if (kind === undefined) return null;
  return { kind: kind === 'motion' || kind === 'other' ? (kindInside(data) ?? kind) : kind, moment: false };
}

/** A class ("ClassTypes=Human"), or what it is that it says of itself ("IsPeople=true"). */
function kindInside(data: readonly Item[]): EventKind | null {
  for (const [name, value] of data) {
    const told = classNames.test(name) ? value : /^Is([A-Z][A-Za-z]+)$/.exec(name)?.[1];
    const first =
      told
        ?.trim()
        .split(/[\s,;]/)[0]
        ?.toLowerCase() ?? '';
    const found = words.find(([word]) => word.test(first));
    if (found) return found[1];
  }
  return null;
}
