/**
 * Every rule of Electron's security checklist, in its strictest reading and in one place: the process, the sessions,
 * each web contents, the window's preferences. All of it says no: the app has one page, and that page needs nothing
 * but its own files and the bridge. A rule that cannot be set throws, and the app does not start.
 */
import { app, protocol, session, type Session, type WebContents, type WebPreferences } from 'electron';
import { mayLoad, pageScheme } from './ownPage.ts';

/** Kept in memory: without `persist:` nothing of the page's session is written to disk. */
const partition = 'nightjar';

/** Chromium's own traffic, and its droppings on disk. Node's connections to cameras do not pass through Chromium. */
const silentSwitches: readonly (readonly [name: string, value?: string])[] = [
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['disable-breakpad'],
  ['disable-quic'],
  ['disable-http-cache'],
  ['disable-gpu-shader-disk-cache'],
  ['no-pings'],
  ['webrtc-ip-handling-policy', 'disable_non_proxied_udp'],
];

/** Ways to steer or read a packaged app from outside: it ends instead of starting with one of them. */
const foreignSwitches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'js-flags',
  'no-sandbox',
  'disable-web-security',
  'load-extension',
  'proxy-server',
  'log-net-log',
  'ssl-key-log-file',
];

/** Before 'ready'. False when the app was started with a switch that opens it to others. */
export function guardProcess(): boolean {
  if (app.isPackaged && foreignSwitches.some((name) => app.commandLine.hasSwitch(name))) return false;
  app.enableSandbox();
  for (const [name, value] of silentSwitches) {
    if (value === undefined) app.commandLine.appendSwitch(name);
    else app.commandLine.appendSwitch(name, value);
  }
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: { standard: true, secure: true } }]);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, callback) => {
    event.preventDefault();
    callback();
  });
  app.on('login', (event, _contents, _details, _authInfo, callback) => {
    event.preventDefault();
    callback();
  });
  return true;
}

/** After 'ready'. Guards the default session too, which nothing uses, and returns the page's. */
export async function guardSessions(): Promise<Session> {
  const own = session.fromPartition(partition, { cache: false });
  for (const each of [own, session.defaultSession]) await guardSession(each);
  return own;
}

async function guardSession(each: Session): Promise<void> {
  // What still found a way out (WebRTC asks no policy and no filter of ours) would go to a proxy that is not there.
  await each.setProxy({ mode: 'fixed_servers', proxyRules: 'socks5://127.0.0.1:9', proxyBypassRules: '<-loopback>' });
  each.setPermissionCheckHandler(() => false);
  each.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  each.setDevicePermissionHandler(() => false);
  each.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  // -2 is net::ERR_FAILED: the page has no business with any server, so no certificate is good.
  each.setCertificateVerifyProc((_request, callback) => callback(-2));
  each.setSpellCheckerEnabled(false);
  each.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayLoad(details.url) }));
  each.on('will-download', (event) => event.preventDefault());
}

function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('select-bluetooth-device', (event, _devices, callback) => {
    event.preventDefault();
    callback('');
  });
}

export function guardedPreferences(preloadFile: string, own: Session): WebPreferences {
  return {
    preload: preloadFile,
    session: own,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    spellcheck: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    devTools: false,
  };
}
