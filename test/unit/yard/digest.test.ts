import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestFields, digestResponse, Gate, type Algorithm, type GateRules } from '../../yard/digest.ts';

test('the examples of RFC 7616, section 3.9.1, come out', () => {
  const parts = {
    user: 'Mufasa',
    realm: 'http-auth@example.org',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    auth: { count: '00000001', clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
  };
  assert.equal(digestResponse({ ...parts, algorithm: 'MD5' }), '8ca523f5e9506fed4657c9700eebdbec');
  assert.equal(
    digestResponse({ ...parts, algorithm: 'SHA-256' }),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

test('the example of RFC 2617, section 3.5, comes out, and its RFC 2069 form differs', () => {
  const parts = {
    algorithm: 'MD5' as const,
    user: 'Mufasa',
    realm: 'testrealm@host.com',
    password: 'Circle Of Life',
    method: 'GET',
    uri: '/dir/index.html',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  };
  const auth = { count: '00000001', clientNonce: '0a4f113b' };
  assert.equal(digestResponse({ ...parts, auth }), '6629fae49393a05397450978507c4ef1');
  assert.equal(digestResponse({ ...parts, auth: null }), '670fd8c2df070c60b045671b8b24ff02');
});

const rules: GateRules = { realm: 'Yard', algorithms: ['MD5'], qop: true, basic: false, nonceLifeMs: 60_000 };

function answer(
  gate: Gate,
  changes: { user?: string; uri?: string; realm?: string; nonce?: string } = {},
  password = 'secret',
): string {
  const challenge = digestFields(gate.challenges(false)[0] ?? '');
  const algorithm: Algorithm = challenge.get('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
  const fields = {
    user: 'me',
    realm: 'Yard',
    method: 'PLAY',
    uri: 'rtsp://a/b',
    nonce: challenge.get('nonce') ?? '',
    ...changes,
  };
  const auth = challenge.has('qop') ? { count: '00000001', clientNonce: 'x' } : null;
  const response = digestResponse({ ...fields, algorithm, password, auth });
  return (
    `Digest username="${fields.user}", realm="${fields.realm}", nonce="${fields.nonce}", uri="${fields.uri}", ` +
    `response="${response}", algorithm=${algorithm}${auth ? `, qop=auth, nc=${auth.count}, cnonce="x"` : ''}`
  );
}

const ask = { method: 'PLAY', uri: 'rtsp://a/b' };

test('a right answer is welcome once; the same count again is refused', () => {
  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    const gate = new Gate({ ...rules, algorithms: [algorithm] });
    const authorization = answer(gate);
    assert.equal(gate.verdict({ ...ask, authorization }, 'me', 'secret'), 'welcome');
    assert.equal(gate.verdict({ ...ask, authorization }, 'me', 'secret'), 'refused');
  }
});

test('another password, user, address, method, realm or algorithm is refused', () => {
  const gate = new Gate(rules);
  const refused = (authorization: string | undefined, asked = ask): void => {
    assert.equal(gate.verdict({ ...asked, authorization }, 'me', 'secret'), 'refused', authorization);
  };
  refused(undefined);
  refused(answer(gate, {}, 'Secret'));
  refused(answer(gate, { user: 'you' }));
  refused(answer(gate, { uri: 'rtsp://a/c' }));
  refused(answer(gate, { realm: 'Garden' }));
  refused(answer(gate), { ...ask, method: 'TEARDOWN' });
  refused(answer(gate), { ...ask, uri: 'rtsp://a/c' });
  refused(answer(new Gate({ ...rules, algorithms: ['SHA-256'] })));
  refused(`Basic ${Buffer.from('me:secret').toString('base64')}`);
});

test('a nonce that is unknown or too old is stale', () => {
  const gate = new Gate(rules);
  assert.equal(gate.verdict({ ...ask, authorization: answer(gate, { nonce: 'made-up' }) }, 'me', 'secret'), 'stale');
  const impatient = new Gate({ ...rules, nonceLifeMs: -1 });
  assert.equal(impatient.verdict({ ...ask, authorization: answer(impatient) }, 'me', 'secret'), 'stale');
});

test('basic is welcome only where it is offered', () => {
  const gate = new Gate({ ...rules, algorithms: [], basic: true });
  assert.deepEqual(gate.challenges(false), ['Basic realm="Yard"']);
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.equal(gate.verdict({ ...ask, authorization: basic('me:pé:ss') }, 'me', 'pé:ss'), 'welcome');
  assert.equal(gate.verdict({ ...ask, authorization: basic('me:other') }, 'me', 'pé:ss'), 'refused');
});

test('escaped quotes in a field are read', () => {
  assert.equal(digestFields('Digest username="a\\"b\\\\c", nc=00000001').get('username'), 'a"b\\c');
});

test('no header makes the gate throw or say welcome', () => {
  const gate = new Gate(rules);
  for (const authorization of [
    'Digest',
    'Digest ,,,',
    'Digest username="',
    'Basic',
    'Basic ===',
    `Digest ${'a="b",'.repeat(2000)}`,
  ]) {
    assert.notEqual(gate.verdict({ ...ask, authorization }, 'me', 'secret'), 'welcome');
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      for (const scheme of ['Digest ', 'Basic ', '']) {
        assert.notEqual(gate.verdict({ ...ask, authorization: scheme + text }, 'me', 'secret'), 'welcome');
      }
    }),
    { seed: 1 },
  );
});
