/**
 * What the app's own page is: its address, the files it may load, the headers every answer carries, and the tests
 * "is this ours?" that the guard asks. Pure: no Electron, no disk, so that every rule has a unit test. Says no to
 * whatever it does not know.
 */
import path from 'node:path';

export const pageScheme = 'app';
export const pageHost = 'nightjar';
export const pageAddress = `${pageScheme}://${pageHost}/index.html`;

/** `connect-src 'none'`: the page has no way to speak to anyone but main. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  'media-src blob:',
  "worker-src 'self'",
  "connect-src 'none'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * For the worker that paints live pictures alone: it scales them in WebAssembly, whose bytes are in its own script. It has
 * no document, no bridge and nothing to connect to; the page itself may compile nothing.
 */
export const painterPolicy = contentSecurityPolicy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");

/** The built worker: a dedicated worker takes the policy of its own script's answer (CSP 3, 4.2.3). */
const painterScript = /^\/assets\/decoderWorker-[A-Za-z0-9_-]+\.js$/;

const forbiddenFeatures = [
  'camera',
  'microphone',
  'geolocation',
  'display-capture',
  'usb',
  'serial',
  'hid',
  'bluetooth',
  'midi',
  'payment',
  'clipboard-read',
  'idle-detection',
  'local-fonts',
  'publickey-credentials-get',
  'screen-wake-lock',
  'storage-access',
  'window-management',
  'xr-spatial-tracking',
];

/** Headers of every answer under app://, refusals included. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-dns-prefetch-control': 'off',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': forbiddenFeatures.map((feature) => `${feature}=()`).join(', '),
  'cache-control': 'no-store',
};

/** The headers of the answer to an address of ours. */
export function headersFor(address: string): Readonly<Record<string, string>> {
  const isPainter = isOwnPage(address) && painterScript.test(new URL(address).pathname);
  return isPainter ? { ...pageHeaders, 'content-security-policy': painterPolicy } : pageHeaders;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
};

/** Compares protocol and host: `new URL('app://x').origin` is the text "null". */
export function isOwnPage(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return (
    url !== null &&
    url.protocol === `${pageScheme}:` &&
    url.host === pageHost &&
    url.username === '' &&
    url.password === ''
  );
}

/** The main frame of our own page: the only frame that may speak to main. */
export function isOwnFrame(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && isOwnPage(frame.url);
}

/** What the session may load at all: our own page, and blobs that our own page made. */
export function mayLoad(address: string): boolean {
  if (isOwnPage(address)) return true;
  return address.startsWith(`blob:${pageScheme}://${pageHost}/`);
}

/**
 * The file of the built page that an address names, with its type; null for whatever else. Only plain names pass:
 * every part begins with a letter, a digit, '_' or '-', so there is no '..', no escape, no hidden file, no drive.
 */
export function pageFile(address: string, folder: string): { file: string; contentType: string } | null {
  if (!isOwnPage(address)) return null;
  const { pathname } = new URL(address);
  const wanted = pathname === '/' ? '/index.html' : pathname;
  if (wanted.length > 300 || !/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(wanted)) return null;
  const contentType = contentTypes[path.posix.extname(wanted)];
  if (contentType === undefined) return null;
  return { file: path.join(folder, ...wanted.slice(1).split('/')), contentType };
}
