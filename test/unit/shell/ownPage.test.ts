/** The rules about our own page that need no Electron: whose address it is, which file it names, what may be loaded. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contentSecurityPolicy,
  headersFor,
  isOwnFrame,
  isOwnPage,
  mayLoad,
  pageFile,
  pageHeaders,
} from '../../../main/shell/ownPage.ts';

const folder = path.resolve('/page');

test('our own page is app://nightjar and nothing that looks like it', () => {
  for (const own of ['app://nightjar/', 'app://nightjar/index.html', 'app://nightjar/a/b.js?x#y']) {
    assert.equal(isOwnPage(own), true, own);
  }
  for (const foreign of [
    '',
    'null',
    'app:nightjar',
    'app://nightjar.evil.example/',
    'app://evil/nightjar',
    'app://nightjar@evil/',
    'app://user@nightjar/',
    'app://nightjar:80/',
    'apps://nightjar/',
    'https://nightjar/',
    'file:///nightjar',
    'data:text/html,app://nightjar/',
    'about:blank',
    'blob:app://nightjar/1',
    'javascript:app://nightjar/',
  ]) {
    assert.equal(isOwnPage(foreign), false, foreign);
  }
});

test('only the main frame of our own page may speak', () => {
  assert.equal(isOwnFrame({ url: 'app://nightjar/index.html', parent: null }), true);
  assert.equal(isOwnFrame({ url: 'app://nightjar/index.html', parent: {} }), false);
  assert.equal(isOwnFrame({ url: 'https://elsewhere.example/', parent: null }), false);
  assert.equal(isOwnFrame(null), false);
});

test('the page may load its own files and its own blobs, and nothing else', () => {
  assert.equal(mayLoad('app://nightjar/index.js'), true);
  assert.equal(mayLoad('blob:app://nightjar/5e3b'), true);
  for (const foreign of [
    'blob:https://elsewhere.example/5e3b',
    'https://elsewhere.example/',
    'http://127.0.0.1/',
    'ws://127.0.0.1/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'devtools://devtools/',
    'chrome://settings',
    'ftp://nightjar/',
  ]) {
    assert.equal(mayLoad(foreign), false, foreign);
  }
});

test('an address names a file of the page with its type', () => {
  assert.deepEqual(pageFile('app://nightjar/', folder), {
    file: path.join(folder, 'index.html'),
    contentType: 'text/html; charset=utf-8',
  });
  assert.deepEqual(pageFile('app://nightjar/assets/index-Bx_1.js?v=1', folder), {
    file: path.join(folder, 'assets', 'index-Bx_1.js'),
    contentType: 'text/javascript; charset=utf-8',
  });
});

test('an address that names anything else is not answered', () => {
  for (const address of [
    'app://other/index.html',
    'app://nightjar/index',
    'app://nightjar/index.exe',
    'app://nightjar/index.html.bak',
    'app://nightjar/.env',
    'app://nightjar/assets/.secret.js',
    'app://nightjar/..%2f..%2fpackage.html',
    'app://nightjar/assets/%5c..%5cx.js',
    'app://nightjar/assets\\..\\x.js',
    'app://nightjar/C:/x.js',
    'app://nightjar//etc/x.js',
    'app://nightjar/a%00.js',
    'app://nightjar/ä.js',
    `app://nightjar/${'a'.repeat(400)}.js`,
    'not an address',
  ]) {
    assert.equal(pageFile(address, folder), null, address);
  }
});

test('an address that climbs stays inside the folder', () => {
  for (const address of ['app://nightjar/../../x.js', 'app://nightjar/%2e%2e/x.js', 'app://nightjar/a/../../x.js']) {
    assert.equal(pageFile(address, folder)?.file, path.join(folder, 'x.js'), address);
  }
});

test('whatever the address, the file lies inside the folder', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('..', '.', '%2e%2e', '\\', '%5c', 'a', 'x.js', '%2f', ':'));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const found = pageFile(`app://nightjar/${parts.join('/')}.js`, folder);
      assert.ok(found === null || path.resolve(found.file).startsWith(folder + path.sep));
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test('the policy lets the page speak to nobody, and run nothing but its own files', () => {
  const directives = new Map(
    contentSecurityPolicy.split('; ').map((each): [string, string] => {
      const [name = '', ...values] = each.split(' ');
      return [name, values.join(' ')];
    }),
  );
  assert.equal(directives.get('default-src'), "'none'");
  assert.equal(directives.get('connect-src'), "'none'");
  assert.equal(directives.get('script-src'), "'self'");
  assert.equal(directives.get('form-action'), "'none'");
  assert.equal(directives.get('base-uri'), "'none'");
  assert.equal(directives.get('frame-ancestors'), "'none'");
  assert.doesNotMatch(contentSecurityPolicy, /unsafe|\*|https?:|data:/);
  assert.equal(pageHeaders['content-security-policy'], contentSecurityPolicy);
  assert.match(pageHeaders['permissions-policy'] ?? '', /camera=\(\), microphone=\(\)/);
});

test('the worker that paints may compile WebAssembly, and is the only one that may', () => {
  const policyOf = (address: string): string => headersFor(address)['content-security-policy'] ?? '';
  const painter = policyOf('app://nightjar/assets/decoderWorker-C_4-x.js');
  assert.match(painter, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.equal(painter.replace(" 'wasm-unsafe-eval'", ''), contentSecurityPolicy, 'in nothing else does it differ');
  for (const other of [
    ...['', 'index.html', 'assets/index-C_4.js', 'assets/decoderWorker-x.html', 'decoderWorker-x.js'],
    ...[
      'assets/x/decoderWorker-x.js',
      'assets/decoderWorker-x.js/index.html',
      'assets/index.js?/assets/decoderWorker-x.js',
    ],
  ])
    assert.equal(policyOf(`app://nightjar/${other}`), contentSecurityPolicy, other);
  assert.equal(policyOf('app://elsewhere/assets/decoderWorker-x.js'), contentSecurityPolicy);
});
