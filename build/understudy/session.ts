/**
 * Sessions: each is one browser context of Chromium, in memory, with its own protocol handlers, request filter and
 * permission handlers. Chromium is told, permission by permission, what the app's own handlers answer. `persist:` is
 * not performed. What concerns devices and certificates is noted only: no device and no server is ever in reach.
 */
import type { Protocol, ProxyConfig, Session, WebContents, WebRequest } from 'electron';
import type { BrowserContext } from 'playwright-core';
import { app } from './app.ts';
import { stage } from './chromium.ts';
import { noteCall, notPerformed, StrictEmitter, strictModule } from './strict.ts';

type PermissionCheck = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>;
type PermissionAsk = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>;
type Permission = Parameters<PermissionCheck>[1];
type ProtocolHandler = Parameters<Protocol['handle']>[1];
type RequestListener = (
  details: { id: number; url: string; method: string; resourceType: string; referrer: string; timestamp: number },
  callback: (answer: { cancel?: boolean; redirectURL?: string }) => void,
) => void;

/** Chromium's names, as Playwright grants them, and Electron's. */
const permissionNames: readonly (readonly [chromium: string, electron: Permission])[] = [
  ['camera', 'media'],
  ['microphone', 'media'],
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['midi', 'midi'],
  ['clipboard-read', 'clipboard-read'],
  ['clipboard-write', 'clipboard-sanitized-write'],
  ['local-fonts', 'local-fonts'],
  ['storage-access', 'storage-access'],
  ['screen-wake-lock', 'screen-wake-lock'],
];

const privileged = new Set<string>();
let schemesRegistered = false;

export function isAppScheme(scheme: string): boolean {
  return privileged.has(scheme);
}

function makeProtocol(handlers: Map<string, ProtocolHandler>) {
  return strictModule('protocol', {
    registerSchemesAsPrivileged(schemes) {
      if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
      if (schemesRegistered) throw new Error('understudy: registerSchemesAsPrivileged keeps only its last call');
      schemesRegistered = true;
      for (const { scheme, privileges } of schemes) {
        if (!privileges?.standard || !privileges.secure) notPerformed('a scheme that is not standard and secure');
        if (privileges.bypassCSP) notPerformed('a scheme that bypasses CSP');
        privileged.add(scheme);
      }
    },
    handle(scheme, handler) {
      if (handlers.has(scheme)) throw new Error(`The protocol ${scheme} is handled already`);
      if (!privileged.has(scheme)) notPerformed(`protocol.handle for ${scheme}, which was not registered`);
      handlers.set(scheme, handler);
    },
    isProtocolHandled: (scheme) => handlers.has(scheme),
  } satisfies Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'isProtocolHandled'>);
}

class StandInSession
  extends StrictEmitter
  implements
    Pick<
      Session,
      | 'setPermissionCheckHandler'
      | 'setPermissionRequestHandler'
      | 'setDevicePermissionHandler'
      | 'setBluetoothPairingHandler'
      | 'setCertificateVerifyProc'
      | 'setSpellCheckerEnabled'
      | 'setProxy'
    >
{
  readonly handlers = new Map<string, ProtocolHandler>();
  readonly protocol = makeProtocol(this.handlers);
  readonly webRequest: Pick<WebRequest, 'onBeforeRequest'>;
  #beforeRequest: RequestListener | null = null;
  #check: PermissionCheck | null = null;
  #ask: PermissionAsk | null = null;
  #context: Promise<BrowserContext> | null = null;
  #proxy: string | null = null;

  constructor() {
    super();
    this.webRequest = strictModule('session.webRequest', {
      onBeforeRequest: (...args: unknown[]) => {
        if (args.length !== 1) notPerformed('webRequest.onBeforeRequest with a filter');
        // Safe: with one argument it is the listener, or null.
        this.#beforeRequest = args[0] as RequestListener | null;
      },
    });
  }

  async context(): Promise<BrowserContext> {
    this.#context ??= openContext(this.#proxy);
    return await this.#context;
  }

  /** Whether the app's own filter lets this request pass. */
  async mayRequest(details: Parameters<RequestListener>[0]): Promise<boolean> {
    const listener = this.#beforeRequest;
    if (!listener) return true;
    const answer = await new Promise<{ cancel?: boolean; redirectURL?: string }>((resolve) => {
      listener(details, resolve);
    });
    if (answer.redirectURL !== undefined) notPerformed('webRequest redirect');
    return !answer.cancel;
  }

  setProxy(config: ProxyConfig): Promise<void> {
    if (this.#context) notPerformed('session.setProxy after the first window');
    if (config.mode !== 'fixed_servers' || !config.proxyRules) notPerformed('session.setProxy without a fixed server');
    this.#proxy = config.proxyRules;
    return Promise.resolve();
  }

  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    this.#check = handler;
  }

  setPermissionRequestHandler(handler: PermissionAsk | null): void {
    this.#ask = handler;
  }

  setDevicePermissionHandler(): void {
    noteCall('session.setDevicePermissionHandler');
  }

  setBluetoothPairingHandler(): void {
    noteCall('session.setBluetoothPairingHandler');
  }

  setCertificateVerifyProc(): void {
    noteCall('session.setCertificateVerifyProc');
  }

  setSpellCheckerEnabled(enabled: boolean): void {
    noteCall('session.setSpellCheckerEnabled', enabled);
  }

  /** Asks both handlers about each permission; what they do not both grant, Chromium denies. */
  async tellPermissions(contents: WebContents): Promise<void> {
    const granted: string[] = [];
    for (const [chromium, electron] of permissionNames) {
      const checked = this.#check?.(contents, electron, '', { isMainFrame: true }) ?? true;
      if (checked && (await this.#asked(contents, electron))) granted.push(chromium);
    }
    await (await this.context()).grantPermissions(granted);
  }

  async #asked(contents: WebContents, permission: Permission): Promise<boolean> {
    const ask = this.#ask;
    if (!ask) return true;
    return await new Promise((resolve) => {
      ask(contents, permission, resolve, { isMainFrame: true, requestingUrl: contents.getURL() });
    });
  }
}

export type { StandInSession };

async function openContext(proxy: string | null): Promise<BrowserContext> {
  const context = await stage.context(proxy);
  // For pages that the app did not make: a window is denied, but Chromium begins to load it before it is closed.
  await context.route('**/*', (route) => route.abort('blockedbyclient'));
  return context;
}

const byPartition = new Map<string, StandInSession>();

export const session = strictModule('session', {
  defaultSession: new StandInSession(),
  fromPartition(partition: string): StandInSession {
    if (partition === '') return session.defaultSession;
    if (partition.startsWith('persist:')) notPerformed('a session that is kept on disk');
    const known = byPartition.get(partition) ?? new StandInSession();
    byPartition.set(partition, known);
    return known;
  },
});

export const protocol = session.defaultSession.protocol;
