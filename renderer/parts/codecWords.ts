/** What WebCodecs calls a video codec, as people and cameras' own pages call it: "H.264 High", "H.265 Main". */

/** The profile is the second byte of the parameter sets (H.264, annex A). */
const h264Profiles: Record<string, string> = {
  '42': 'Baseline',
  '4d': 'Main',
  '58': 'Extended',
  '64': 'High',
  '6e': 'High 10',
  '7a': 'High 4:2:2',
  f4: 'High 4:4:4',
};
/** H.265, annex A. */
const h265Profiles: Record<string, string> = {
  '1': 'Main',
  '2': 'Main 10',
  '3': 'Main Still Picture',
  '4': 'Range Extensions',
};

/** '' for an empty name; a codec that is not known keeps its own. */
export function codecWords(codec: string): string {
  const [kind = '', profile = ''] = codec.toLowerCase().split('.');
  if (kind === 'avc1' || kind === 'avc3') return named('H.264', h264Profiles[profile.slice(0, 2)]);
  if (kind === 'hvc1' || kind === 'hev1') return named('H.265', h265Profiles[profile.replace(/^[abc]/, '')]);
  if (kind === 'mjpeg' || kind === 'jpeg') return 'MJPEG';
  return codec;
}

function named(codec: string, profile: string | undefined): string {
  return profile === undefined ? codec : `${codec} ${profile}`;
}
