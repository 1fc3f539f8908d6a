import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, test } from 'node:test';
import { find, parseXml, textOf, type Element } from '../../yard/xml.ts';
import { startYard } from '../../yard/yard.ts';
import { smallPlan } from './smallCamera.ts';

const plans = [
  smallPlan({ name: 'Discovery A & <b>', serial: '0071' }),
  smallPlan({ name: 'Discovery B', serial: '0072' }),
];
const yard = await startYard({ cameras: plans, discovery: true, firstAddress: 71 });
const listener = createSocket({ type: 'udp4', reuseAddr: true });
after(async () => {
  await yard.stop();
  listener.close();
});

interface Heard {
  from: string;
  envelope: Element;
}

/** Sends text to the group, and gathers answers until as many as wanted of our own cameras came. */
async function probe(text: string, wanted: number): Promise<Heard[]> {
  const socket = createSocket('udp4');
  const heard: Heard[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    AbortSignal.timeout(20_000).addEventListener('abort', () => reject(new Error(`${heard.length} answers`)));
    socket.on('message', (bytes, from) => {
      const envelope = parseXml(bytes.toString());
      // Another yard on this computer may answer too.
      if (!envelope || !/\/name\/Discovery/.test(scopesOf(envelope))) return;
      heard.push({ from: from.address, envelope });
      if (heard.length === wanted) resolve();
    });
    socket.bind(0, '127.0.0.1', () => {
      socket.setMulticastInterface('127.0.0.1');
      socket.send(text, 3702, '239.255.255.250');
    });
  });
  socket.close();
  return heard;
}

function match(envelope: Element): Element | null {
  return find(envelope, 'Body', 'ProbeMatches', 'ProbeMatch');
}
function scopesOf(envelope: Element): string {
  return textOf(match(envelope), 'Scopes');
}

function probeFor(types: string, id = 'urn:uuid:1&amp;2'): string {
  return (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
    'xmlns:q="http://www.onvif.org/ver10/network/wsdl" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">' +
    `<e:Header><w:MessageID>${id}</w:MessageID><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>` +
    `</e:Header><e:Body><d:Probe>${types}</d:Probe></e:Body></e:Envelope>`
  );
}

for (const types of ['<d:Types>q:NetworkVideoTransmitter</d:Types>', '<d:Types>q:Device</d:Types>', '<d:Types/>', '']) {
  test(`each camera answers a probe with ${types || 'no types'} from its own address`, async () => {
    const heard = await probe(probeFor(types), 2);
    for (const { from, envelope } of heard) {
      assert.equal(textOf(envelope, 'Header', 'RelatesTo'), 'urn:uuid:1&2');
      const camera = yard.cameras.find((one) => scopesOf(envelope).includes(`/name/${encodeURIComponent(one.name)}`));
      assert.ok(camera);
      assert.equal(from, camera.host);
      assert.equal(textOf(match(envelope), 'XAddrs'), `http://${camera.host}:${camera.onvifPort}/onvif/device_service`);
      assert.match(
        textOf(match(envelope), 'EndpointReference', 'Address'),
        /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      );
    }
    assert.equal(new Set(heard.map(({ envelope }) => textOf(match(envelope), 'EndpointReference', 'Address'))).size, 2);
  });
}

test('datagrams that are no probe, or ask for something else, get no answer', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.setMulticastInterface('127.0.0.1');
  let answers = 0;
  socket.on('message', (bytes) => (answers += bytes.includes('Discovery%20') ? 1 : 0));
  for (const text of [
    '',
    'x',
    '<a/>',
    '<a>'.repeat(5000),
    probeFor('<d:Types>q:Printer</d:Types>'),
    probeFor('', ''),
    probeFor('').replaceAll('d:Probe', 'd:Resolve'),
    probeFor('').replaceAll('Envelope', 'Letter'),
  ]) {
    await new Promise((resolve) => socket.send(text, 3702, '239.255.255.250', resolve));
  }
  // A proper probe after them is answered, so they have been read by then.
  await probe(probeFor(''), 2);
  assert.equal(answers, 0);
  socket.close();
});

test('a camera says Bye and Hello at a reboot, and nothing in between', async () => {
  const [camera] = yard.cameras;
  assert.ok(camera);
  const heard: string[] = [];
  const [own] = await probe(probeFor(''), 2).then((all) => all.filter(({ from }) => from === camera.host));
  const address = textOf(own ? match(own.envelope) : null, 'EndpointReference', 'Address');
  assert.notEqual(address, '');
  await new Promise<void>((resolve) => listener.bind(3702, () => resolve()));
  listener.addMembership('239.255.255.250', '127.0.0.1');
  const back = new Promise<void>((resolve) => {
    listener.on('message', (bytes) => {
      const body = find(parseXml(bytes.toString()), 'Body')?.children[0];
      if (!body || textOf(body, 'EndpointReference', 'Address') !== address) return;
      heard.push(body.name);
      if (body.name === 'Hello') resolve();
    });
  });
  await camera.reboot(5);
  await back;
  assert.deepEqual(heard, ['Bye', 'Hello']);
});
