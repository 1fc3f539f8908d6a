/**
 * Speaks ONVIF with one camera: its clock, who it is, its streams, and what else it can do. The one home of the npm
 * package `onvif`, of which two things are used: its messages, and its reading of which services a camera has. What is
 * wrong in it is replaced: its transport (120 s default timeout, replies without limit), its signing (passwords
 * outside ASCII, user names with XML characters, a clock measured once), its digest, and its reading of values (serial
 * 0012345678 became the number 12345678). Lies and garbage from the camera become problems; nothing here throws.
 */
import { Cam } from 'onvif';
import type { Problem } from '../../contract/problems.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { hostInUrl, safeStreamAddress } from './address.ts';
import type { Credentials } from '../wire/digest.ts';
import { libraryName, libraryShape, servicePath } from './libraryShape.ts';
import { readProfiles, type Profile } from './profiles.ts';
import { scopeValue } from './scopes.ts';
import { SoapClient, type SoapManner, type SoapPlace } from './soap.ts';
import { child, childrenOf, escapeXml, find, textAt, type XmlElement } from './xml.ts';

export interface OnvifPlace extends SoapPlace {
  /** Of the device service. */
  path: string;
}

export interface DeviceWords {
  maker: string;
  model: string;
  firmware: string;
  serial: string;
}

type Service = 'device' | 'media' | 'media2' | 'ptz' | 'events';

/** The library's messages, of which others than this file compose one by `OnvifCamera.ask`. */
export type Messages = Pick<
  Cam,
  | 'getNodes'
  | 'getConfigurationOptions'
  | 'continuousMove'
  | 'relativeMove'
  | 'stop'
  | 'getStatus'
  | 'getPresets'
  | 'gotoPreset'
  | 'setPreset'
  | 'removePreset'
  | 'gotoHomePosition'
  | 'setHomePosition'
>;

interface Message {
  service: string | undefined;
  body: string;
  /** Hands a reply back to the library. */
  deliver: (reply: XmlElement) => void;
}

/** Clock and sign-in together, for the slowest. One that answers in 2 s refuses a wrong password within 5 s. */
const signInTimeoutMs = 8500;
/** Below this a change of the camera's clock does not explain a refusal. */
const clockJumpMs = 2000;
const timeQuestion = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

/**
 * The library's camera with its transport taken out: what it would send is caught by `compose`. Its methods call
 * `_request` before they return (read in 0.8.3, and a test fails if that changes).
 */
class Library extends Cam {
  #caught: Message | null = null;

  compose(start: () => void): Message {
    this.#caught = null;
    start();
    // TypeScript does not see that `start` called `_request`.
    const caught = this.#caught as Message | null;
    if (caught === null) throw new Error('the onvif library sent nothing');
    return caught;
  }

  _request(options: { service?: string; body: string }, callback: (...reply: unknown[]) => void): void {
    this.#caught = {
      service: options.service,
      body: options.body,
      deliver: (reply) => {
        callback.call(this, null, [{ [libraryName(reply.name)]: [libraryShape(reply)] }], '');
      },
    };
  }

  /** `soap.ts` writes the envelope, anew for each attempt. */
  _envelopeHeader(): string {
    return '';
  }

  _envelopeFooter(): string {
    return '';
  }
}

export class OnvifCamera {
  readonly device: DeviceWords = { maker: '', model: '', firmware: '', serial: '' };
  /** Camera's clock minus this computer's; null where the camera does not tell. */
  clockOffsetMs: number | null = null;
  /** From the first request to its answer. */
  reachedInMs = 0;
  readonly #place: OnvifPlace;
  readonly #soap: SoapClient;
  readonly #library: Library;
  readonly #paths = new Map<Service, string>();
  #isSignedIn = false;

  private constructor(place: OnvifPlace, credentials: Credentials | null) {
    this.#place = place;
    this.#soap = new SoapClient(place, credentials);
    this.#library = new Library({ hostname: place.host, port: place.port, autoconnect: false });
    this.#paths.set('device', place.path);
  }

  /** Reaches the camera, learns its clock, signs in and asks for its services. */
  static async open(
    place: OnvifPlace,
    credentials: Credentials | null,
    signal: AbortSignal,
  ): Promise<Outcome<OnvifCamera>> {
    const camera = new OnvifCamera(place, credentials);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(signInTimeoutMs)]);
    const reached = await camera.#measureClock(limited);
    if (!reached.ok) return reached;
    const known = await camera.#readDevice(limited);
    if (!known.ok) return known;
    const services = await camera.#readServices(signal);
    return services.ok ? good(camera) : services;
  }

  /** The camera's video profiles: by Media2, which alone tells of H.265, where it works. */
  async profiles(signal: AbortSignal): Promise<Outcome<Profile[]>> {
    let problem: Problem = { code: 'noStreams' };
    for (const service of ['media2', 'media'] as const) {
      if (!this.#paths.has(service)) continue;
      this.#library.media2Support = service === 'media2';
      const reply = await this.#signed(
        this.#library.compose(() => this.#library.getProfiles()),
        signal,
      );
      if (!reply.ok && reply.problem.code !== 'notACamera') return reply;
      if (!reply.ok) problem = reply.problem;
      const profiles = reply.ok ? readProfiles(reply.value, service) : [];
      // Media2 of some models lists profiles without anything in them; Media1 of the same model is whole.
      if (profiles.some((profile) => service === 'media' || profile.video !== 'unknown')) return good(profiles);
    }
    return bad(problem);
  }

  /** Where the profile's stream is, on the camera's own host, without credentials. */
  async streamAddress(profile: Profile, signal: AbortSignal): Promise<Outcome<{ url: string }>> {
    this.#library.media2Support = profile.service === 'media2';
    // The library writes the token into its message as it is.
    const profileToken = escapeXml(profile.token);
    const message = this.#library.compose(() =>
      this.#library.getStreamUri({ protocol: 'RTSP', stream: 'RTP-Unicast', profileToken }, ignore),
    );
    const reply = await this.#signed(message, signal);
    if (!reply.ok) return reply;
    const address = find(reply.value, 'Uri')?.text ?? '';
    return address === '' ? bad({ code: 'noStreams' }) : safeStreamAddress(address, this.#place.host);
  }

  /** A JPEG of what the camera sees now; null when it offers none. */
  async snapshot(profile: Profile, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#library.media2Support = profile.service === 'media2';
    const profileToken = escapeXml(profile.token);
    const message = this.#library.compose(() => this.#library.getSnapshotUri({ profileToken }, ignore));
    const reply = await this.#signed(message, signal);
    // Of its address only the path counts: the picture is fetched from the camera that named it.
    const path = reply.ok ? servicePath(find(reply.value, 'Uri')?.text ?? '') : '/';
    if (path === '/') return null;
    const picture = await this.#soap.fetch(path, 4 << 20, signal);
    const isJpeg = picture.ok && picture.value.length > 4 && picture.value.readUInt16BE(0) === 0xffd8;
    return isJpeg ? new Uint8Array(picture.value) : null;
  }

  /** The name in its scopes, as the owner or maker set it; '' when there is none. */
  async name(signal: AbortSignal): Promise<string> {
    const reply = await this.#signed(
      this.#library.compose(() => this.#library.getScopes(ignore)),
      signal,
    );
    if (!reply.ok) return '';
    return scopeValue(
      childrenOf(reply.value, 'Scopes').map((scope) => textAt(scope, 'ScopeItem')),
      'name',
    );
  }

  /**
   * Sends the message that the library composes in `question`, signed. The library writes texts and tokens as they are:
   * they come escaped. A fault that is not about signing in is a reply like any other, an element named `Fault`.
   */
  ask(question: (messages: Messages) => void, signal: AbortSignal): Promise<Outcome<XmlElement>> {
    return this.#signed(
      this.#library.compose(() => question(this.#library)),
      signal,
    );
  }

  /** Sends a question that the library has no words for, or wrong ones, signed. `path` is on the camera itself. */
  send(path: string, body: string, signal: AbortSignal, manner: SoapManner): Promise<Outcome<XmlElement>> {
    return this.#sent(path, body, signal, manner);
  }

  /** Of a path on the camera itself, as WS-Addressing wants it. */
  addressOf(path: string): string {
    return `${this.#place.scheme}://${hostInUrl(this.#place.host)}:${this.#place.port}${path}`;
  }

  /** The path of a service; null where the camera does not have it. */
  pathOf(service: Service): string | null {
    return this.#paths.get(service) ?? null;
  }

  has(service: Service): boolean {
    return this.#paths.has(service);
  }

  /** Asked without signing in, since signing in needs the answer. */
  async #measureClock(signal: AbortSignal): Promise<Outcome<null>> {
    const startMs = Date.now();
    let reply = await this.#soap.send(this.#place.path, timeQuestion, false, signal);
    this.reachedInMs = Date.now() - startMs;
    if (!reply.ok && reply.problem.code === 'passwordRefused') {
      // Some cameras tell even the time to users only, but say it in the refusal's Date header.
      this.#soap.clockOffsetMs = this.#soap.headerOffsetMs ?? 0;
      reply = await this.#soap.send(this.#place.path, timeQuestion, true, signal);
    }
    if (!reply.ok) return reply;
    if (reply.value.name !== 'GetSystemDateAndTimeResponse' && reply.value.name !== 'Fault') {
      return bad({ code: 'notACamera', host: this.#place.host, port: this.#place.port });
    }
    const timeMs = readDateAndTime(reply.value);
    // A whole second is all that is told: its middle is at most half a second wrong.
    this.clockOffsetMs = timeMs === null ? this.#soap.headerOffsetMs : timeMs + 500 - (startMs + Date.now()) / 2;
    this.clockOffsetMs = this.clockOffsetMs === null ? null : Math.round(this.clockOffsetMs);
    this.#soap.clockOffsetMs = this.clockOffsetMs ?? 0;
    return good(null);
  }

  #signed(message: Message, signal: AbortSignal): Promise<Outcome<XmlElement>> {
    return this.#sent(this.#paths.get(serviceNamed(message.service)) ?? this.#place.path, message.body, signal, {});
  }

  /** Sends it signed. A refusal may mean that the camera's clock was set meanwhile: then it is sent once more. */
  async #sent(path: string, body: string, signal: AbortSignal, manner: SoapManner): Promise<Outcome<XmlElement>> {
    const reply = await this.#soap.send(path, body, true, signal, manner);
    if (reply.ok) this.#isSignedIn = true;
    // At the first sign-in the clock was measured just now: then it is the password.
    if (reply.ok || reply.problem.code !== 'passwordRefused' || !this.#isSignedIn) return reply;
    const before = this.#soap.clockOffsetMs;
    const measured = await this.#measureClock(signal);
    const jumped = measured.ok && Math.abs(this.#soap.clockOffsetMs - before) > clockJumpMs;
    return jumped ? this.#soap.send(path, body, true, signal, manner) : reply;
  }

  async #readDevice(signal: AbortSignal): Promise<Outcome<null>> {
    const message = this.#library.compose(() => this.#library.getDeviceInformation());
    const reply = await this.#signed(message, signal);
    if (!reply.ok) return reply;
    this.device.maker = textAt(reply.value, 'Manufacturer');
    this.device.model = textAt(reply.value, 'Model');
    this.device.firmware = textAt(reply.value, 'FirmwareVersion');
    this.device.serial = textAt(reply.value, 'SerialNumber');
    return good(null);
  }

  /** GetServices, or GetCapabilities of cameras that do not know it. */
  async #readServices(signal: AbortSignal): Promise<Outcome<null>> {
    const questions = [() => this.#library.getServices(false), () => this.#library.getCapabilities()];
    for (const question of questions) {
      const message = this.#library.compose(question);
      const reply = await this.#signed(message, signal);
      if (!reply.ok && reply.problem.code !== 'notACamera') return reply;
      if (!reply.ok) continue;
      try {
        message.deliver(reply.value);
      } catch {
        // The library throws on whatever it does not expect: the next question may be answered better.
        continue;
      }
      this.#takePaths();
      if (this.has('media') || this.has('media2')) return good(null);
    }
    // Some cameras answer everything at one address and list nothing.
    this.#paths.set('media', this.#place.path);
    return good(null);
  }

  /** Of each service's address only the path counts: the host is the one that answered. */
  #takePaths(): void {
    const names: Record<string, Service> = {
      media: 'media',
      media2: 'media2',
      ptz: 'ptz',
      PTZ: 'ptz',
      events: 'events',
    };
    for (const [name, service] of Object.entries(names)) {
      const path: unknown = this.#library.uri?.[name]?.path;
      if (typeof path === 'string' && path !== '/') this.#paths.set(service, path);
    }
  }
}

/** Whether ONVIF is spoken there: asks for the time, without credentials. */
export async function speaksOnvif(place: OnvifPlace, signal: AbortSignal): Promise<Outcome<null>> {
  const reply = await new SoapClient(place, null).send(place.path, timeQuestion, false, signal);
  return reply.ok ? good(null) : reply;
}

function ignore(): void {
  // The reply is read here, not by the library.
}

function serviceNamed(name: string | undefined): Service {
  return name === 'media' || name === 'media2' || name === 'ptz' || name === 'events' ? name : 'device';
}

/** UTC; a camera that tells local time only is believed to mean UTC, as the onvif library does. */
function readDateAndTime(reply: XmlElement): number | null {
  const time = find(reply, 'UTCDateTime') ?? find(reply, 'LocalDateTime');
  const number = (group: string, name: string) => {
    const text = child(time, group, name)?.text ?? '';
    return /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  };
  const [year, month, day] = [number('Date', 'Year'), number('Date', 'Month'), number('Date', 'Day')];
  const [hour, minute, second] = [number('Time', 'Hour'), number('Time', 'Minute'), number('Time', 'Second')];
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isFinite(timeMs) && year >= 1970 && year <= 2200 ? timeMs : null;
}
