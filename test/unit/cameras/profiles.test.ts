/** Media profiles: what is read of them, and which two streams are chosen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseProfiles, readProfiles, type Profile } from '../../../main/core/cameras/profiles.ts';
import { readXml, type XmlElement } from '../../../main/core/cameras/xml.ts';

function reply(inside: string): XmlElement {
  const root = readXml(`<t:GetProfilesResponse>${inside}</t:GetProfilesResponse>`);
  assert.ok(root);
  return root;
}

const videoOf = (encoding: string, width: string, height: string) =>
  `<Encoding>${encoding}</Encoding><Resolution><Width>${width}</Width><Height>${height}</Height></Resolution>` +
  '<RateControl><FrameRateLimit>12.500000</FrameRateLimit><BitrateLimit>2048</BitrateLimit></RateControl>';

test('a profile of Media1 is read, its token as it is written', () => {
  const [profile] = readProfiles(
    reply(
      '<Profiles token="007.50"><Name>main</Name><VideoSourceConfiguration><SourceToken>0</SourceToken></VideoSourceConfiguration>' +
        `<VideoEncoderConfiguration>${videoOf('H264', '1920', '1080')}</VideoEncoderConfiguration>` +
        '<AudioEncoderConfiguration><Encoding>G711</Encoding></AudioEncoderConfiguration><PTZConfiguration token="00"><NodeToken>01</NodeToken>' +
        '<DefaultContinuousZoomVelocitySpace/></PTZConfiguration></Profiles>',
    ),
    'media',
  );
  assert.deepEqual(profile, {
    service: 'media',
    token: '007.50',
    video: 'H.264',
    widthPixels: 1920,
    heightPixels: 1080,
    framesPerSecond: 12.5,
    bitsPerSecond: 2_048_000,
    audio: 'G.711',
    source: '0',
    ptz: { token: '00', nodeToken: '01', panTilt: false, zoom: true },
  });
});

test('a profile of Media2 is read, which alone tells of H.265', () => {
  const [profile, bare] = readProfiles(
    reply(
      `<Profiles token="a"><Configurations><VideoEncoder>${videoOf('H265', '3840', '2160')}</VideoEncoder>` +
        '<AudioEncoder><Encoding>MP4A-LATM</Encoding></AudioEncoder></Configurations></Profiles>' +
        '<Profiles token="b"><Configurations></Configurations></Profiles>',
    ),
    'media2',
  );
  assert.deepEqual([profile?.video, profile?.audio, profile?.widthPixels], ['H.265', 'AAC', 3840]);
  assert.deepEqual([bare?.video, bare?.audio, bare?.widthPixels], ['unknown', null, 0]);
});

test('profiles without a token, and numbers that cannot be, are left out', () => {
  const profiles = readProfiles(
    reply(
      `<Profiles><VideoEncoderConfiguration>${videoOf('H264', '1', '1')}</VideoEncoderConfiguration></Profiles>` +
        `<Profiles token="${'x'.repeat(301)}"/>` +
        `<Profiles token="t"><VideoEncoderConfiguration>${videoOf('H264', '-5', '1e9')}</VideoEncoderConfiguration></Profiles>`,
    ),
    'media',
  );
  assert.deepEqual(
    profiles.map(({ token, widthPixels, heightPixels }) => [token, widthPixels, heightPixels]),
    [['t', 0, 0]],
  );
});

function profile(token: string, video: Profile['video'], widthPixels: number, more: Partial<Profile> = {}): Profile {
  const heightPixels = Math.round((widthPixels * 9) / 16);
  const rest = { framesPerSecond: null, bitsPerSecond: null, audio: null, source: '', ptz: null };
  return { service: 'media2', token, video, widthPixels, heightPixels, ...rest, ...more };
}

test('main is the largest picture, sub the smaller H.264 one nearest to a tile', () => {
  const cases: [profiles: Profile[], main: string, sub: string | undefined][] = [
    [[profile('s', 'H.264', 640), profile('m', 'H.265', 3840)], 'm', 's'],
    [[profile('m', 'H.265', 3840), profile('j', 'MJPEG', 640), profile('s', 'H.264', 1280)], 'm', 's'],
    [
      [
        profile('m', 'H.264', 3840),
        profile('l', 'H.264', 1920),
        profile('s', 'H.264', 640),
        profile('t', 'H.264', 160),
      ],
      'm',
      's',
    ],
    [[profile('m', 'H.265', 3840), profile('j', 'H.265', 640)], 'm', 'j'],
    [[profile('only', 'H.264', 1920)], 'only', undefined],
    [[profile('a', 'H.264', 1920), profile('b', 'H.264', 1920, { bitsPerSecond: 9 })], 'b', undefined],
    // Of a device with several lenses the first is the camera.
    [[profile('1', 'H.264', 1920, { source: 'x' }), profile('2', 'H.264', 3840, { source: 'y' })], '1', undefined],
    // Nothing is told of any: the first.
    [[profile('a', 'unknown', 0), profile('b', 'unknown', 0)], 'a', undefined],
    [[profile('a', 'unknown', 0), profile('b', 'H.264', 640)], 'b', undefined],
    // Media1 has no word for H.265: RTSP will tell.
    [[profile('a', 'unknown', 0, { source: 'x' }), profile('b', 'H.264', 640, { source: 'x' })], 'a', 'b'],
  ];
  for (const [profiles, main, sub] of cases) {
    const chosen = chooseProfiles(profiles);
    assert.deepEqual([chosen?.main.token, chosen?.sub?.token], [main, sub]);
  }
  assert.equal(chooseProfiles([]), null);
});

test('no reply makes it throw', () => {
  const name = fc.constantFrom(
    'Profiles',
    'Configurations',
    'VideoEncoder',
    'VideoEncoderConfiguration',
    'Encoding',
    'Resolution',
    'Width',
  );
  const text = fc.string().map((one) => one.replace(/[<&"]/g, ''));
  const written = (element: string, words: string, inside: string) =>
    `<${element} token="${words}">${words}${inside}</${element}>`;
  let tree = fc.tuple(name, text).map(([element, words]) => written(element, words, ''));
  for (let depth = 0; depth < 4; depth += 1) {
    const below = fc.array(tree, { maxLength: 3 });
    tree = fc.tuple(name, text, below).map(([element, words, inside]) => written(element, words, inside.join('')));
  }
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), (elements) => {
      for (const service of ['media', 'media2'] as const)
        chooseProfiles(readProfiles(reply(elements.join('')), service));
    }),
    { seed: 5, numRuns: 300 },
  );
});
