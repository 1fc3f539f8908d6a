import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { passwordDigest, TokenCheck } from '../../yard/wsSecurity.ts';
import { escapeXml, parseXml, type Element } from '../../yard/xml.ts';
import { hardPassword } from './smallCamera.ts';

test('the example of the ONVIF application programmer’s guide comes out', () => {
  const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64');
  assert.equal(passwordDigest(nonce, '2010-09-16T07:50:45Z', 'userpassword'), 'tuOSpGlFlIXsozq4HFNeeGeFLEI=');
});

const nowMs = Date.parse('2026-11-20T12:00:00Z');

function header(
  fields: { user?: string; password?: string; createdMs?: number; nonce?: string; type?: string } = {},
): Element | null {
  const {
    user = 'me',
    password = hardPassword,
    createdMs = nowMs,
    nonce = randomBytes(16).toString('base64'),
  } = fields;
  const created = new Date(createdMs).toISOString();
  const digest = passwordDigest(Buffer.from(nonce, 'base64'), created, password);
  const type =
    fields.type ?? 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';
  return parseXml(
    `<Header><Security><UsernameToken><Username>${escapeXml(user)}</Username><Password Type="${type}">${digest}</Password>` +
      `<Nonce>${nonce}</Nonce><Created>${created}</Created></UsernameToken></Security></Header>`,
  );
}

test('a token of the right password is welcome, with any characters in user and password', () => {
  const tokens = new TokenCheck(300_000);
  assert.equal(tokens.verdict(header(), 'me', hardPassword, nowMs), 'welcome');
  assert.equal(tokens.verdict(header({ user: `<ä&"> me` }), `<ä&"> me`, hardPassword, nowMs), 'welcome');
});

test('a wrong user or password, plain text, and a token made on another clock are refused', () => {
  const tokens = new TokenCheck(300_000);
  const verdict = (fields: Parameters<typeof header>[0]): string =>
    tokens.verdict(header(fields), 'me', hardPassword, nowMs);
  assert.equal(verdict({ password: 'other' }), 'refused');
  assert.equal(verdict({ user: 'Me' }), 'refused');
  assert.equal(verdict({ type: 'http://docs.oasis-open.org/wss#PasswordText' }), 'refused');
  assert.equal(verdict({ createdMs: nowMs - 300_001 }), 'refused');
  assert.equal(verdict({ createdMs: nowMs + 86_400_000 }), 'refused');
  assert.equal(verdict({ createdMs: nowMs - 299_999 }), 'welcome');
});

test('a nonce works once', () => {
  const tokens = new TokenCheck(300_000);
  const token = header();
  assert.equal(tokens.verdict(token, 'me', hardPassword, nowMs), 'welcome');
  assert.equal(tokens.verdict(token, 'me', hardPassword, nowMs), 'refused');
});

test('a header without a token is told from one with half a token', () => {
  const tokens = new TokenCheck(300_000);
  assert.equal(tokens.verdict(null, 'me', 'x', nowMs), 'absent');
  assert.equal(tokens.verdict(parseXml('<Header/>'), 'me', 'x', nowMs), 'absent');
  assert.equal(
    tokens.verdict(parseXml('<Header><Security><UsernameToken/></Security></Header>'), 'me', 'x', nowMs),
    'refused',
  );
});
