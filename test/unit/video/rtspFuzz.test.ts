/**
 * A camera that answers well and then sends whatever it likes: changed descriptions, packets of no format, reports cut
 * short, lengths that lie, in pieces of any size. The connection ends or goes on; nothing is ever thrown, and what is
 * handed on keeps to its bounds.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../main/core/video/clock.ts';
import { RtspIntake } from '../../../main/core/video/rtspIntake.ts';

const codecs = [
  'a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LADdkBQfsBEAAAAwAQAAADAyDxQqkg,aMuDyyA=',
  'a=rtpmap:96 H265/90000',
  'a=rtpmap:96 JPEG/90000',
];
const sounds = [
  '',
  'm=audio 0 RTP/AVP 0\r\na=control:sound\r\n',
  'm=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000/1\r\na=fmtp:97 mode=AAC-hbr;config=1408;sizelength=13;indexlength=3;indexdeltalength=3\r\na=control:sound\r\n',
];

/** What the server says to the connection that comes next. */
interface Script {
  description: string;
  media: Uint8Array;
  /** The media goes out in pieces of these sizes, in turns. */
  pieces: number[];
}

let script: Script = { description: '', media: new Uint8Array(0), pieces: [1] };
let server: Server;
let port = 0;

before(async () => {
  server = createServer((socket) => answer(socket, script));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Safe: it listens on a port.
  port = (server.address() as AddressInfo).port;
});
after(() => server.close());

function answer(socket: Socket, { description, media, pieces }: Script): void {
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  socket.on('data', (bytes: Buffer) => {
    const [, method = '', number = ''] = /^([A-Z_]+) [^]*?CSeq: (\d+)/.exec(bytes.toString('latin1')) ?? [];
    const body = method === 'DESCRIBE' ? description : '';
    const head = `RTSP/1.0 200 OK\r\nCSeq: ${number}\r\nSession: 1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    socket.write(head + body);
    if (method !== 'PLAY') return;
    for (let at = 0, piece = 0; at < media.length; piece++) {
      const size = pieces[piece % pieces.length] ?? 1;
      socket.write(media.subarray(at, at + size));
      at += size;
    }
    socket.end();
  });
}

/** Interleaved: mostly of the channels that were agreed on, often with the head of RTP or of a report. */
const packet = fc
  .record({
    to: fc.constantFrom([0, 96], [0, 96 | 0x80], [2, 0], [2, 97], [1, 200], [3, 200], [9, 26], [0, 0]),
    first: fc.constantFrom(0x80, 0x80, 0x81, 0x90, 0xa0, 0x40),
    sequence: fc.nat({ max: 20 }),
    // Often the head of an H.264 picture that stands alone.
    start: fc.constantFrom([], [0x65, 0x88, 0x84], [0x7c, 0x85], [0x7c, 0x45]),
    rest: fc.uint8Array({ maxLength: 60 }),
    lie: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.constantFrom(1, -1, 40_000)),
  })
  .map(({ to: [channel = 0, second = 0], first, sequence, start, rest, lie }) => {
    const bytes = Uint8Array.from([first, second, 0, sequence, 0, 0, 0, sequence, 1, 2, 3, 4, ...start, ...rest]);
    const length = Math.max(0, bytes.length + lie);
    return Uint8Array.from([0x24, channel, length >> 8, length & 0xff, ...bytes]);
  });

test('whatever a camera sends behind good answers, nothing is thrown and the intake ends with it', async () => {
  const sdp = fc.record({
    codec: fc.constantFrom(...codecs),
    sound: fc.constantFrom(...sounds),
    changed: fc.option(fc.tuple(fc.nat({ max: 300 }), fc.constantFrom('\u0000', '9', ':', '/', ';', '\r\n')), {
      freq: 1,
    }),
  });
  let handedOn = 0;
  const property = fc.asyncProperty(
    sdp,
    fc.array(packet, { maxLength: 40 }),
    fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 }),
    async ({ codec, sound, changed }, packets, pieces) => {
      const whole = `v=0\r\nm=video 0 RTP/AVP 96\r\n${codec}\r\na=control:picture\r\n${sound}`;
      const description =
        changed === null ? whole : whole.slice(0, changed[0]) + changed[1] + whole.slice(changed[0] + 1);
      const media = Buffer.concat(packets);
      script = { description, media, pieces };
      const source = { url: `rtsp://127.0.0.1:${port}/x`, credentials: null, video: 'unknown', audio: null } as const;
      const intake = new RtspIntake(
        { source, sound: true, clock: systemClock },
        {
          ...{ answered: () => undefined, video: () => undefined, audio: () => undefined },
          ...{ init: () => assert.fail(), fragment: () => assert.fail(), unreadable: () => undefined },
          frame: ({ data, timeMs }) => {
            handedOn += 1;
            assert.ok(data.length <= media.length + 2000 && Number.isFinite(timeMs));
          },
          cameraClock: ({ offsetMs, uncertaintyMs }) => {
            assert.ok(Number.isFinite(offsetMs) && uncertaintyMs > 0);
          },
        },
      );
      const { cause } = await intake.ended;
      assert.notEqual(cause, 'refused');
    },
  );
  await fc.assert(property, { seed: 4, numRuns: 1500 });
  assert.ok(handedOn > 50, `the negative control: ${handedOn} frames were taken for good ones`);
});
