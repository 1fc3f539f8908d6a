/**
 * What a simulated camera is to be like, and what is to go wrong with it. Plans are made before the camera starts and
 * do not change; faults come and go while it runs. `defaultPlans` gives the household that tests, journeys and
 * screenshots use.
 */

export type VideoKind = 'H.264' | 'H.265';
export type SoundKind = 'AAC' | 'PCMA' | 'PCMU';

export interface StreamPlan {
  video: VideoKind;
  /** H.264 only. */
  profile: 'baseline' | 'main' | 'high';
  widthPixels: number;
  heightPixels: number;
  framesPerSecond: number;
  /** Frames from one keyframe to the next. */
  keyframeEvery: number;
  bitsPerSecond: number;
  sound: SoundKind | null;
  /** Path and query of its RTSP address. */
  path: string;
  /** ONVIF profile token. */
  token: string;
}

/** What the head of a camera can do. */
export interface PtzPlan {
  panTilt: boolean;
  zoom: boolean;
  /** Else it moves by single steps. */
  continuous: boolean;
  /** The most that it keeps. */
  presets: number;
  home: 'none' | 'fixed' | 'stored';
}

export interface CameraPlan {
  name: string;
  /** Location scope. */
  location: string;
  maker: string;
  model: string;
  firmware: string;
  serial: string;
  hardware: string;
  user: string;
  password: string;
  /** Which of the 16 drawn scenes it looks at. */
  scene: number;
  main: StreamPlan;
  /** null: a camera with one stream. */
  sub: StreamPlan | null;
  /** null: an address of the yard's own choosing. */
  host: string | null;
  /** 0: any free port. */
  onvifPort: number;
  rtspPort: number;
  /** null: speaks RTSP alone. */
  onvif: {
    /** What it demands of a request: a WS-Security UsernameToken, HTTP digest, either of them, or nothing. */
    auth: 'wsSecurity' | 'httpDigest' | 'either' | 'none';
    /** Offers media2 (ver20) as well. H.265 is told there only. */
    media2: boolean;
    /** null: nothing of it can be moved. */
    ptz: PtzPlan | null;
    events: boolean;
    snapshot: boolean;
    /** Path of the device service. */
    path: string;
    /** A token made on another clock is refused when it is further off than this. */
    tokenWindowMs: number;
  } | null;
  rtsp: {
    auth: 'md5' | 'sha256' | 'md5AndSha256' | 'basic' | 'none';
    /** From which question on it asks to sign in: some describe their stream to everybody. */
    asksFrom: 'DESCRIBE' | 'SETUP';
    /** Digest with qop="auth" (RFC 7616) instead of without (RFC 2069). */
    qop: boolean;
    /** A viewer receives a keyframe at once; else the stream begins in the middle of a group of pictures. */
    startsWithKeyframe: boolean;
    parameterSets: 'sdpAndStream' | 'sdpOnly' | 'streamOnly';
    /** H.264 parameter sets travel together in a STAP-A packet. */
    aggregates: boolean;
    /** A session without a word from the viewer ends after this. */
    sessionTimeoutS: number;
    /** How many viewers it serves at once. */
    viewersAtMost: number;
    /** What happens to one more: it is refused (453), or it is served and the oldest viewer's connection ends. */
    whenFull: 'refuses' | 'endsOldest';
  };
}

/** Everything that is wrong with a camera at this moment; an empty object is a healthy one. */
export interface Fault {
  /** The camera's password is this one now. */
  password?: string;
  /** The camera's clock is off by so much. */
  clockOffMs?: number;
  /** Connections stay open, and no more frames come. */
  freeze?: boolean;
  /** All connections are closed, and new ones refused. */
  drop?: boolean;
  /** Connections are accepted, and nothing is ever answered; frames stop too. */
  notAnswering?: boolean;
  /** Every answer comes so much later. */
  slowMs?: number;
  /** Random bytes: instead of RTSP answers and packets, as RTP payload, or instead of ONVIF answers. */
  garbage?: 'rtsp' | 'rtp' | 'onvif';
  /** Keyframes are left out. */
  noKeyframes?: boolean;
  /** The PTZ service never answers, nor obeys, and the rest goes on. */
  ptzSilent?: boolean;
  /** It answers every order by a fault with this reason. */
  ptzRefuses?: string;
}

export const wholePtz: PtzPlan = { panTilt: true, zoom: true, continuous: true, presets: 64, home: 'stored' };

const household: readonly (readonly [name: string, location: string])[] = [
  ['Front door', 'street'],
  ['Driveway', 'street'],
  ['Garden', 'garden'],
  ['Back gate', 'garden'],
  ['Hallway', 'house'],
  ['Garage', 'house'],
  ['Side passage', 'street'],
  ['Workshop', 'house'],
  ['Cellar stairs', 'house'],
  ['Porch', 'street'],
  ['Terrace', 'garden'],
  ['Bicycle shed', 'garden'],
  ['Landing', 'house'],
  ['Carport', 'street'],
  ['Greenhouse', 'garden'],
  ['Attic', 'house'],
];

export const householdSize = household.length;

/**
 * Plans for `count` cameras (at most 16). All are healthy and alike in what they stream; they differ in name, scene and
 * numbers. Serials and firmware look like numbers and lose their zeros when they are taken for such.
 */
export function defaultPlans(count: number): CameraPlan[] {
  if (count > household.length) throw new RangeError(`at most ${household.length} cameras have names`);
  return household.slice(0, count).map(([name, location], index) => planOf(name, location, index));
}

function planOf(name: string, location: string, index: number): CameraPlan {
  const moves = index % 4 === 0;
  return {
    name,
    location,
    maker: 'Yard',
    model: moves ? 'Y-4110' : 'Y-2386',
    firmware: '5.40',
    serial: `00${String(12345678 + index)}`,
    hardware: moves ? 'Y-4110' : 'Y-2386',
    user: 'nightjar',
    password: `nightjar-yard-${index + 1}`,
    scene: index,
    main: {
      video: 'H.264',
      profile: 'high',
      widthPixels: 1280,
      heightPixels: 720,
      framesPerSecond: 25,
      keyframeEvery: 50,
      bitsPerSecond: 2_000_000,
      sound: 'AAC',
      path: '/live/main',
      token: index % 4 === 3 ? '000' : 'Profile_1',
    },
    sub: {
      video: 'H.264',
      profile: 'main',
      widthPixels: 640,
      heightPixels: 360,
      framesPerSecond: 25,
      keyframeEvery: 25,
      bitsPerSecond: 512_000,
      sound: null,
      path: '/live/sub',
      token: index % 4 === 3 ? '001' : 'Profile_2',
    },
    host: null,
    onvifPort: 0,
    rtspPort: 0,
    onvif: {
      auth: 'wsSecurity',
      media2: true,
      ptz: moves ? wholePtz : null,
      events: true,
      snapshot: true,
      path: '/onvif/device_service',
      tokenWindowMs: 300_000,
    },
    rtsp: {
      auth: 'md5',
      asksFrom: 'DESCRIBE',
      qop: false,
      startsWithKeyframe: true,
      parameterSets: 'sdpAndStream',
      aggregates: false,
      sessionTimeoutS: 60,
      viewersAtMost: 100,
      whenFull: 'refuses',
    },
  };
}
