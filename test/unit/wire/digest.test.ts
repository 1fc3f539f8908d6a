/** Answers to HTTP and RTSP challenges, against the examples of the standards. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerChallenge, readChallenges, type ChallengedRequest } from '../../../main/core/wire/digest.ts';

const describe: ChallengedRequest = { method: 'DESCRIBE', uri: 'rtsp://c/x', body: '', count: 1, allowBasic: true };

function hash(kind: 'md5' | 'sha256', text: string): string {
  return createHash(kind).update(text, 'utf8').digest('hex');
}

/** The fields of an answer, quotes and escapes removed. */
function fieldsOf(answer: string | null): Record<string, string> {
  assert.match(answer ?? '', /^Digest /);
  const fields: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of (answer ?? '')
    .slice(7)
    .matchAll(/([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    fields[name] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  }
  return fields;
}

test('a header with several challenges is taken apart', () => {
  const challenges = readChallenges(
    'Digest realm="a, b=\\"c\\"", nonce="n", qop="auth,auth-int", algorithm=SHA-256, Basic realm="x",Digest nonce=m,stale=TRUE',
  );
  assert.deepEqual(
    challenges.map(({ scheme, params }) => [scheme, Object.fromEntries(params)]),
    [
      ['digest', { realm: 'a, b=\\"c\\"', nonce: 'n', qop: 'auth,auth-int', algorithm: 'SHA-256' }],
      ['basic', { realm: 'x' }],
      ['digest', { nonce: 'm', stale: 'TRUE' }],
    ],
  );
});

test("the example of RFC 2069, as corrected, is answered with the standard's own digest", () => {
  const challenges = readChallenges(
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  const request = { ...describe, method: 'GET', uri: '/dir/index.html' };
  const fields = fieldsOf(answerChallenge(challenges, { user: 'Mufasa', password: 'CircleOfLife' }, request));
  assert.equal(fields['response'], '1949323746fe6a43ef61f9606e7febea');
  assert.equal(fields['opaque'], '5ccc069c403ebaf9f0171e9517f40e41');
  assert.equal(fields['qop'], undefined);
});

test('MD5 and SHA-256, their session forms, auth and auth-int answer as RFC 7616 says', () => {
  for (const [algorithm, kind] of [
    ['MD5', 'md5'],
    ['SHA-256', 'sha256'],
    ['MD5-sess', 'md5'],
    ['SHA-256-sess', 'sha256'],
  ] as const) {
    for (const qop of ['auth', 'auth-int']) {
      const challenges = readChallenges(`Digest realm="r", nonce="n", algorithm=${algorithm}, qop="${qop}"`);
      const request = { ...describe, body: 'body', count: 300 };
      const fields = fieldsOf(answerChallenge(challenges, { user: 'u', password: 'p' }, request));
      const sess = algorithm.endsWith('sess');
      const first = hash(kind, sess ? `${hash(kind, 'u:r:p')}:n:${fields['cnonce'] ?? ''}` : 'u:r:p');
      const tail = qop === 'auth' ? '' : `:${hash(kind, 'body')}`;
      const second = hash(kind, `DESCRIBE:rtsp://c/x${tail}`);
      const expected = hash(kind, `${first}:n:0000012c:${fields['cnonce'] ?? ''}:${qop}:${second}`);
      assert.equal(fields['response'], expected, `${algorithm} ${qop}`);
      assert.equal(fields['algorithm'], algorithm);
      assert.equal(fields['nc'], '0000012c');
    }
  }
});

test('the strongest digest is answered, auth before auth-int, and Basic only where it is allowed and alone', () => {
  const both = readChallenges(
    'Basic realm="r", Digest realm="r", nonce="1", Digest realm="r", nonce="2", algorithm=SHA-256',
  );
  const credentials = { user: 'u', password: 'p:é' };
  assert.equal(fieldsOf(answerChallenge(both, credentials, describe))['nonce'], '2');
  const lists = readChallenges('Digest realm="r", nonce="1", qop="auth-int, auth"');
  assert.equal(fieldsOf(answerChallenge(lists, credentials, describe))['qop'], 'auth');
  const basic = readChallenges('Basic realm="r"');
  const expected = `Basic ${Buffer.from('u:p:é').toString('base64')}`;
  assert.equal(answerChallenge(basic, credentials, describe), expected);
  assert.equal(answerChallenge(basic, credentials, { ...describe, allowBasic: false }), null);
});

test('a user name with quotes stands escaped in the header and plain in the digest', () => {
  const challenges = readChallenges('Digest realm="r", nonce="n"');
  const fields = fieldsOf(answerChallenge(challenges, { user: 'a"b\\c', password: 'p' }, describe));
  assert.equal(fields['username'], 'a"b\\c');
  const expected = hash('md5', `${hash('md5', 'a"b\\c:r:p')}:n:${hash('md5', 'DESCRIBE:rtsp://c/x')}`);
  assert.equal(fields['response'], expected);
});

test('a camera that wants the user name hashed gets it so', () => {
  const challenges = readChallenges('Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, userhash=true');
  const fields = fieldsOf(answerChallenge(challenges, { user: 'ü', password: 'p' }, describe));
  assert.equal(fields['username'], hash('sha256', 'ü:r'));
  assert.equal(fields['userhash'], 'true');
});

test('what cannot be answered is not answered', () => {
  const credentials = { user: 'u', password: 'p' };
  const headers = [
    '',
    'Digest',
    'Digest realm="r"',
    'Digest realm="r", nonce="n", algorithm=MD4',
    'Digest realm="r", nonce="n", qop="other"',
    'Digest realm="r", nonce="n\r\nEvil: yes"',
    'Negotiate abc',
  ];
  for (const header of headers)
    assert.equal(answerChallenge(readChallenges(header), credentials, describe), null, header);
  const fine = readChallenges('Digest realm="r", nonce="n"');
  assert.equal(answerChallenge(fine, { user: 'u\r\nEvil: yes', password: 'p' }, describe), null);
});

test('no challenge makes it throw, or write a second header line', () => {
  const piece = fc.constantFrom(
    'Digest ',
    'Basic ',
    'realm=',
    'nonce=',
    'qop=',
    '"',
    '\\',
    ',',
    '=',
    'auth',
    '\r\n',
    'x',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), fc.string(), (pieces, password) => {
      const answer = answerChallenge(readChallenges(pieces.join('')), { user: 'u', password }, describe);
      if (answer !== null) assert.doesNotMatch(answer, /\p{Cc}/u);
    }),
    { seed: 11, numRuns: 3000 },
  );
});

test('a header of any length is read in bounded time', () => {
  for (const piece of ['a', '"', '\\', 'a=', 'a="', ' ', 'a=b,'])
    readChallenges(piece.repeat(1_000_000 / piece.length));
});
