/** A camera's password goes to the host that it was given for, and to no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { good } from '../../../main/contract/problems.ts';
import { CredentialStore, type Keychain } from '../../../main/core/cameras/credentialStore.ts';

const id = '0011223344556677';
const secret = { credentials: { user: 'viewer', password: 'a secret' }, path: '/user=viewer_password=x' };
const nothing = { credentials: null, path: null };

function keychainOf(entries: Map<string, string>): Keychain {
  return {
    read: (account) => Promise.resolve(good(entries.get(account) ?? null)),
    write: (account, text) => Promise.resolve(good((entries.set(account, text), null))),
    remove: (account) => Promise.resolve(good((entries.delete(account), null))),
  };
}

test('what was given for one host is nothing to another, in memory and read anew', async () => {
  const entries = new Map<string, string>();
  const written = new CredentialStore(keychainOf(entries));
  assert.deepEqual(await written.write(id, '192.168.1.20', secret), good(null));
  for (const store of [written, new CredentialStore(keychainOf(entries))]) {
    for (const other of ['192.168.1.2', '192.168.1.200', 'cameras.example', ''])
      assert.deepEqual(await store.read(id, other), good(nothing), other);
    assert.deepEqual(await store.read(id, '192.168.1.20'), good(secret));
    assert.deepEqual(await store.read(id, '192.168.1.21'), good(nothing));
  }
});

test('an entry from before there was a host in it counts as it did, and a damaged one as missing', async () => {
  const entries = new Map([[id, '{"user":"viewer","password":"a secret"}']]);
  const { credentials } = secret;
  assert.deepEqual(await new CredentialStore(keychainOf(entries)).read(id, 'any'), good({ credentials, path: null }));
  for (const damaged of ['', '{"user":', 'null', '[]', '{"user":1,"host":2}']) {
    entries.set(id, damaged);
    assert.deepEqual(await new CredentialStore(keychainOf(entries)).read(id, 'any'), good(nothing), damaged);
  }
});
