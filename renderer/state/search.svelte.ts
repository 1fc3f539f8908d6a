/**
 * Looking for cameras and signing in to one: what answered on the network, the address that is being typed, and the one
 * try that is under way. The password is in the page's memory from the key press to the call and no longer; a wrong
 * one is told as a problem, and nothing of it is kept.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CallArgument } from '../../main/contract/calls.ts';
import type {
  AddressParts,
  Camera,
  CameraKeepDays,
  FoundCamera,
  Search,
  TryReport,
} from '../../main/contract/model.ts';
import type { Outcome, Problem } from '../../main/contract/problems.ts';
import { firstPlan, type RecordingPlan } from '../../main/contract/recordingPlan.ts';
import { call, on } from '../home.ts';
import { Changes } from './changes.ts';

export type Target =
  | { by: 'found'; key: string; name: string; host: string; port: number }
  | { by: 'address'; text: string; host: string; port: number };

export type Attempt =
  | { state: 'idle' }
  | { state: 'asking'; sinceMs: number }
  | { state: 'failed'; problem: Problem }
  | { state: 'answered'; report: TryReport };

/** What became of a found camera when it was tried. */
export type FoundNote = 'refused' | 'clockWrong';

/** A clock further off than this is worth a word: ONVIF refuses signed requests beyond a few seconds. */
export const clockToleranceMs = 5000;

export function isClockWrong(offsetMs: number | null): boolean {
  return offsetMs !== null && Math.abs(offsetMs) > clockToleranceMs;
}

class CameraSearch {
  search = $state.raw<Search>({ networks: [], looking: false, found: [] });
  failed = $state(false);
  readonly notes = new SvelteMap<string, FoundNote>();

  addressText = $state('');
  address = $state.raw<Outcome<AddressParts> | null>(null);
  /** User name and password were found in the paste and moved. */
  moved = $state(false);
  #addressAsked = 0;

  target = $state.raw<Target | null>(null);
  user = $state('');
  password = $state('');
  /** The user allows that the password goes to this camera in the clear. */
  allowsClearPassword = $state(false);
  name = $state('');
  keepDays = $state<CameraKeepDays>(null);
  /** null: what is typed is none. */
  plan = $state.raw<RecordingPlan | null>(firstPlan);
  records = $state(true);
  recordsSound = $state(true);
  attempt = $state.raw<Attempt>({ state: 'idle' });
  adding = $state(false);
  addProblem = $state.raw<Problem | null>(null);
  /** The camera that was added last, until the next is chosen. */
  added = $state.raw<Camera | null>(null);
  #attempts = 0;
  readonly #changes = new Changes();

  readonly report = $derived(this.attempt.state === 'answered' ? this.attempt.report : null);

  /** Looks until the function returned is called, which also gives up a try and forgets what was typed. */
  begin(): () => void {
    const stop = on(
      'search.changed',
      this.#changes.heard((search) => (this.search = search)),
    );
    void this.lookAgain();
    return () => {
      stop();
      this.clear();
      void call('cameras.stopSearch').catch(() => undefined);
    };
  }

  async lookAgain(): Promise<void> {
    try {
      await this.#changes.answered(call('cameras.search'), (search) => (this.search = search));
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }

  chooseFound(found: FoundCamera): void {
    if (this.target?.by === 'found' && this.target.key === found.key) return;
    this.clearTarget();
    this.target = { by: 'found', key: found.key, name: found.name, host: found.host, port: found.port };
    this.name = found.name;
  }

  /** Reads the address that is being typed or was pasted; what was pasted with credentials is used at once. */
  async readAddress(pasted: boolean): Promise<void> {
    if (!(await this.#read())) return;
    const address = this.address;
    if (pasted && address?.ok && (address.value.user !== '' || address.value.password !== '')) this.#takeAddress();
  }

  /** Takes what stands in the field for the form, also when it was typed a moment ago and is not read yet. */
  async useAddress(): Promise<void> {
    if (await this.#read()) this.#takeAddress();
  }

  /** False when the text changed meanwhile, or could not be read. */
  async #read(): Promise<boolean> {
    const asked = ++this.#addressAsked;
    this.moved = false;
    if (this.addressText.trim() === '') {
      this.address = null;
      return true;
    }
    const address = await call('cameras.readAddress', { text: this.addressText }).catch(() => null);
    if (asked !== this.#addressAsked || address === null) return false;
    this.address = address;
    return true;
  }

  /** User name and password in the address move into their fields and out of the text. */
  #takeAddress(): void {
    if (!this.address?.ok) return;
    const { user, password, ...rest } = this.address.value;
    const moved = user !== '' || password !== '';
    this.clearTarget();
    if (moved) {
      this.addressText = addressWithout(rest);
      this.address = { ok: true, value: { ...rest, user: '', password: '' } };
      this.user = user;
      this.password = password;
      this.moved = true;
    }
    this.target = { by: 'address', text: this.addressText, host: rest.host, port: rest.port };
  }

  /** Asks the camera everything. The password is forgotten here as soon as it is handed over. */
  async signIn(): Promise<void> {
    const target = this.target;
    if (!target || this.attempt.state === 'asking') return;
    const attempt = ++this.#attempts;
    const argument: CallArgument<'cameras.try'> = {
      target: target.by === 'found' ? { by: 'found', key: target.key } : { by: 'address', text: target.text },
      user: this.user,
      password: this.password,
      allowsClearPassword: this.allowsClearPassword,
    };
    this.password = '';
    this.addProblem = null;
    this.attempt = { state: 'asking', sinceMs: Date.now() };
    const outcome = await call('cameras.try', argument).catch((): Outcome<TryReport> => ({
      ok: false,
      problem: { code: 'noAnswer', host: target.host, port: target.port },
    }));
    if (attempt !== this.#attempts) return;
    if (outcome.ok) this.#takeReport(target, outcome.value);
    else {
      this.attempt = { state: 'failed', problem: outcome.problem };
      if (target.by === 'found' && outcome.problem.code === 'passwordRefused') this.notes.set(target.key, 'refused');
    }
  }

  /** Adds the camera that was tried, or puts a problem on screen. The view stays, for the next one. */
  async add(): Promise<void> {
    const report = this.report;
    if (!report || this.adding) return;
    this.adding = true;
    this.addProblem = null;
    try {
      const outcome = await call('cameras.add', {
        tryId: report.tryId,
        name: this.name.trim(),
        records: this.records,
        recordsSound: this.recordsSound && report.streams.some((stream) => stream.audio !== null),
        keepDays: this.keepDays,
        plan: this.plan ?? firstPlan,
      });
      if (!outcome.ok) {
        this.addProblem = outcome.problem;
        return;
      }
      this.clearTarget();
      this.addressText = '';
      this.address = null;
      this.added = outcome.value;
    } catch {
      this.addProblem = { code: 'gone' };
    } finally {
      this.adding = false;
    }
  }

  /** Back to user name and password; what was found out is dropped. */
  signInAgain(): void {
    this.#giveUp();
    this.attempt = { state: 'idle' };
  }

  clearTarget(): void {
    this.#giveUp();
    this.added = null;
    this.target = null;
    this.user = '';
    this.password = '';
    this.allowsClearPassword = false;
    this.name = '';
    this.keepDays = null;
    this.plan = firstPlan;
    this.records = true;
    this.recordsSound = true;
    this.moved = false;
    this.addProblem = null;
    this.attempt = { state: 'idle' };
  }

  clear(): void {
    this.clearTarget();
    this.addressText = '';
    this.address = null;
    this.notes.clear();
  }

  #takeReport(target: Target, report: TryReport): void {
    this.attempt = { state: 'answered', report };
    this.recordsSound = report.streams.some((stream) => stream.audio !== null);
    if (this.name.trim() === '') this.name = report.name || report.model || target.host;
    if (target.by !== 'found') return;
    if (isClockWrong(report.clockOffsetMs)) this.notes.set(target.key, 'clockWrong');
    else this.notes.delete(target.key);
  }

  #giveUp(): void {
    this.#attempts += 1;
    if (this.attempt.state === 'asking') void call('cameras.stopTry').catch(() => undefined);
  }
}

export const cameraSearch = new CameraSearch();

/** The address as text again, without credentials; a port that goes without saying is left out. */
function addressWithout(parts: Omit<AddressParts, 'user' | 'password'>): string {
  const usual = { http: 80, https: 443, rtsp: 554, rtsps: 322 }[parts.scheme];
  const host = parts.host.includes(':') && !parts.host.startsWith('[') ? `[${parts.host}]` : parts.host;
  return `${parts.scheme}://${host}${parts.port === usual ? '' : `:${parts.port}`}${parts.path}`;
}
