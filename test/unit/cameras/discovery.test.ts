/** WS-Discovery: replies as cameras and others send them, and a search that finds the yard's cameras. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Search } from '../../../main/contract/model.ts';
import { Discovery } from '../../../main/core/cameras/discovery.ts';
import { isPrivateAddress, networkOf, privateNetworks } from '../../../main/core/cameras/privateNetworks.ts';
import { readProbeReply } from '../../../main/core/cameras/probeMatch.ts';
import { defaultPlans, startYard, type Yard } from '../../yard/yard.ts';

function probeReply(addresses: string, more: { scopes?: string; types?: string; endpoint?: string } = {}): string {
  const scopes = more.scopes ?? 'onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/Y-1';
  return (
    '<?xml version="1.0"?><E:Envelope><E:Body><d:ProbeMatches><d:ProbeMatch>' +
    `<a:EndpointReference><a:Address>${more.endpoint ?? 'urn:uuid:1'}</a:Address></a:EndpointReference>` +
    `<d:Types>${more.types ?? 'dn:NetworkVideoTransmitter tds:Device'}</d:Types><d:Scopes>${scopes}</d:Scopes>` +
    `<d:XAddrs>${addresses}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></E:Body></E:Envelope>`
  );
}

test('a reply says where the camera is, its name and its model', () => {
  assert.deepEqual(readProbeReply(probeReply('http://192.168.1.64:8000/onvif/services'), '192.168.1.64'), [
    {
      place: { scheme: 'http', host: '192.168.1.64', port: 8000, path: '/onvif/services' },
      endpoint: 'urn:uuid:1',
      hosts: ['192.168.1.64'],
      name: 'Front door',
      model: 'Y-1',
    },
  ]);
});

test('of several addresses the one that answered counts, and a wrong one leads to where it answered', () => {
  const place = (addresses: string) => readProbeReply(probeReply(addresses), '192.168.1.64')[0]?.place;
  const expected = { scheme: 'http', host: '192.168.1.64', port: 80, path: '/onvif/device_service' };
  assert.deepEqual(
    place('http://169.254.1.2:81/x http://192.168.1.64/onvif/device_service http://[fe80::1]/x'),
    expected,
  );
  assert.deepEqual(place('http://10.0.0.9/onvif/device_service'), expected);
  assert.deepEqual(place('https://192.168.1.64/x'), { ...expected, scheme: 'https', port: 443, path: '/x' });
});

test('replies that are no camera, lead to public hosts or are no reply are passed over', () => {
  const useless = [
    probeReply('http://203.0.113.7/onvif/device_service'),
    probeReply('http://camera.example/onvif/device_service'),
    probeReply('ftp://192.168.1.64/'),
    probeReply('http://192.168.1.64:0/'),
    probeReply('http://192.168.1.64:99999/'),
    probeReply('http://192.168.1.640/'),
    probeReply(''),
    probeReply('http://192.168.1.64/wsd', { scopes: '', types: 'wsdp:Device wprt:PrintDeviceType' }),
    '<E:Envelope><E:Body><d:ProbeMatches/></E:Body></E:Envelope>',
    '',
    'not xml',
    `${probeReply('http://192.168.1.64/x')}${' '.repeat(65_536)}`,
  ];
  for (const text of useless) assert.deepEqual(readProbeReply(text, '192.168.1.64'), [], text.slice(0, 200));
});

test('names are decoded, bounded, and hold no control characters', () => {
  const name = (scope: string) => {
    const scopes = `onvif://www.onvif.org/type/ptz onvif://www.onvif.org/name/${scope}`;
    return readProbeReply(probeReply('http://192.168.1.64/', { scopes }), '192.168.1.64')[0]?.name;
  };
  assert.equal(name('K%C3%BCche'), 'Küche');
  assert.equal(name('100%'), '100%');
  assert.equal(name('a%0d%0a%00b%E2%80%AE'), 'a b');
  assert.equal(name('x'.repeat(5000))?.length, 80);
  assert.equal(name(''), '');
});

test('no reply makes the reader throw or name a host that did not answer', () => {
  const piece = fc.constantFrom('http://', '192.168.1.64', '203.0.113.7', ':', '/', '80', ' ', '&amp;', '<', '>', '%');
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, text, text, (addresses, scopes, types) => {
      for (const match of readProbeReply(probeReply(addresses, { scopes, types }), '10.1.2.3')) {
        assert.equal(match.place.host, '10.1.2.3');
      }
      readProbeReply(addresses, '10.1.2.3');
    }),
    { seed: 13, numRuns: 1000 },
  );
});

test('private are RFC 1918, link-local and loopback addresses, and nothing else', () => {
  for (const address of [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.0.1',
    '169.254.1.1',
    '127.0.0.9',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
  ]) {
    assert.equal(isPrivateAddress(address), true, address);
  }
  for (const address of [
    '11.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '8.8.8.8',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '2001:db8::1',
    '::ffff:8.8.8.8',
    'localhost',
    '',
    '10.0.0.1.example',
  ]) {
    assert.equal(isPrivateAddress(address), false, address);
  }
});

test('the network of an address is told in CIDR, and only private ones are asked', () => {
  assert.equal(networkOf('192.168.1.7/24'), '192.168.1.0/24');
  assert.equal(networkOf('10.255.3.4/8'), '10.0.0.0/8');
  assert.equal(networkOf('172.16.5.9/20'), '172.16.0.0/20');
  assert.equal(networkOf('10.0.0.1/32'), '10.0.0.1/32');
  for (const text of ['', '10.0.0.1', '10.0.0.1/33', '10.0.0.1/x', 'fe80::1/64', 'x/8'])
    assert.equal(networkOf(text), null);
  for (const network of privateNetworks()) assert.ok(isPrivateAddress(network.address));
});

let yard: Yard;
before(async () => {
  yard = await startYard({ cameras: defaultPlans(2).map((plan) => ({ ...plan, scene: 0 })), firstAddress: 91 });
});
after(() => yard.stop());

/** The first search told of for which this holds. */
function searchThat(holds: (search: Search) => boolean): { on: (search: Search) => void; seen: Promise<Search> } {
  const { promise, resolve } = Promise.withResolvers<Search>();
  const on = (search: Search) => {
    if (holds(search)) resolve(search);
  };
  return { on, seen: promise };
}

function keys(): string[] {
  return yard.cameras.map((camera) => `${camera.host}:${camera.onvifPort}`).toSorted();
}

/** Other yards on this computer may answer too. */
function ownKeys(search: Search): string[] {
  const own = keys();
  return search.found
    .map((one) => one.key)
    .filter((key) => own.includes(key))
    .toSorted();
}

test('a search tells of each camera once, by name, marks those on the list, and can be told to look again', async () => {
  const known = '0123456789abcdef';
  const added = yard.cameras[0];
  const { on, seen } = searchThat((search) => ownKeys(search).length === 2);
  const discovery = new Discovery({ on, known: (host) => (host === added?.host ? known : null) });
  discovery.start();
  discovery.start();
  const search = await seen;
  discovery.stop();
  discovery.stop();
  assert.deepEqual(ownKeys(search), keys());
  const first = search.found.find((one) => one.host === added?.host);
  assert.deepEqual([first?.name, first?.model, first?.cameraId], ['Front door', 'Y-4110', known]);
  assert.ok(search.networks.some((network) => network.network === '127.0.0.0/8'));
  assert.deepEqual(discovery.target(first?.key ?? ''), {
    scheme: 'http',
    host: added?.host,
    port: added?.onvifPort,
    path: '/onvif/device_service',
  });
  assert.equal(discovery.target('10.0.0.1:80'), null);
  assert.equal(discovery.search().looking, false);
  assert.deepEqual(ownKeys(discovery.search()), keys());
});

test('garbage and oversized datagrams to the searching socket do it no harm', async () => {
  const { on, seen } = searchThat((search) => ownKeys(search).length === 2);
  // Joins the group to learn where the probes come from, and answers them with rubbish.
  const heckler = createSocket({ type: 'udp4', reuseAddr: true });
  heckler.bind(3702, '239.255.255.250');
  await once(heckler, 'listening');
  heckler.addMembership('239.255.255.250', '127.0.0.1');
  heckler.on('message', (_bytes, from) => {
    for (const rubbish of ['', 'x', '\u0000'.repeat(60_000), '<'.repeat(60_000), probeReply('http://203.0.113.7/')]) {
      heckler.send(rubbish, from.port, from.address);
    }
  });
  const discovery = new Discovery({ on, known: () => null });
  discovery.start();
  const search = await seen;
  discovery.stop();
  heckler.close();
  assert.ok(search.found.every((one) => one.host.startsWith('127.')));
});
