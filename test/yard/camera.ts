/**
 * One simulated camera: its ports, its faults and what tests may look at. Faults work on running connections at once;
 * a reboot closes everything, forgets sessions, subscriptions and the head's position, and comes back on the same ports.
 * `stop()` may be called twice.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { CameraState, HeadPosition } from './cameraState.ts';
import type { Discovery } from './discovery.ts';
import { clipMarkOf, positionOf } from './frameNumber.ts';
import type { Film, Role, ViewerPushes } from './film.ts';
import { Events } from './onvif/events.ts';
import { OnvifServer } from './onvif/onvifServer.ts';
import { Head, type HeadOrder } from './onvif/ptz.ts';
import type { CameraPlan, Fault } from './plans.ts';
import { RtspServer } from './rtspServer.ts';
import { pictureAt } from './snapshot.ts';

export class YardCamera {
  private readonly state: CameraState;
  private readonly films: Film[];
  private readonly discovery: Discovery | null;
  private readonly events: Events;
  private readonly rtsp: RtspServer;
  private readonly onvif: OnvifServer | null;
  private head = new Head();
  /** Openings and closings, one after another. */
  private changing: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(state: CameraState, films: Film[], discovery: Discovery | null) {
    this.state = state;
    this.films = films;
    this.discovery = state.plan.onvif ? discovery : null;
    this.events = new Events(state);
    this.rtsp = new RtspServer(state, films);
    const parts = {
      state,
      films,
      events: this.events,
      snapshot: (film: Film, signal: AbortSignal) => pictureAt(film, this.rtsp.livePosition(film), signal),
    };
    const head = (): Head => this.head;
    this.onvif = state.plan.onvif
      ? new OnvifServer({
          ...parts,
          get head() {
            return head();
          },
        })
      : null;
  }

  get plan(): CameraPlan {
    return this.state.plan;
  }
  get name(): string {
    return this.state.plan.name;
  }
  get host(): string {
    return this.state.host;
  }
  /** 0 for a camera without ONVIF. */
  get onvifPort(): number {
    return this.state.onvifPort;
  }
  get rtspPort(): number {
    return this.state.rtspPort;
  }
  get user(): string {
    return this.state.plan.user;
  }
  /** The one it accepts now. */
  get password(): string {
    return this.state.password;
  }
  get headPosition(): HeadPosition {
    return this.head.position;
  }
  get headMoving(): boolean {
    return this.head.moving;
  }
  /** What the head was told since the camera began. */
  get headOrders(): readonly HeadOrder[] {
    return this.head.orders;
  }
  /** Connections that receive a stream now. */
  get viewers(): number {
    return this.rtsp.viewers;
  }
  /** RTSP questions that were answered with 401. */
  get refusals(): number {
    return this.state.refusals;
  }
  /** When somebody connected to its RTSP port, in epoch milliseconds: the last of them. */
  get asked(): readonly number[] {
    return this.state.asked;
  }
  /** Subscriptions to events. */
  get subscribers(): number {
    return this.events.subscribers;
  }

  /** The stream's address, without credentials. */
  streamUrl(role: Role): string {
    const stream = role === 'sub' ? (this.plan.sub ?? this.plan.main) : this.plan.main;
    return `rtsp://${this.host}:${this.rtspPort}${stream.path}`;
  }

  /** When this frame was last pushed to a viewer, in epoch milliseconds; null when never. */
  pushedAt(frameNumber: number): number | null {
    const film = this.films.find((one) => one.clipMark === clipMarkOf(frameNumber));
    return film?.pushes.at(positionOf(frameNumber)) ?? null;
  }

  /** [frame number, epoch ms] of all frames whose latest push is younger than that, by stream, and by its viewers. */
  pushedFrames(sinceMs = 0): { role: Role; pushes: [number, number][]; viewers: ViewerPushes[] }[] {
    return this.films.map(({ role, pushes }) => ({
      role,
      pushes: pushes.since(sinceMs),
      viewers: pushes.byViewer(sinceMs),
    }));
  }

  /**
   * The faults from now on; null heals the camera. Resolves when they work. Another password ends the connections that
   * the old one opened.
   */
  fault(fault: Fault | null): Promise<void> {
    const before = this.state.password;
    this.state.fault = fault ?? {};
    if (this.state.password !== before) this.rtsp.hangUp();
    return this.change(() => (this.state.fault.drop === true ? this.closePorts() : this.openPorts()));
  }

  /** Gone for so long, then back with nothing remembered. Resolves when it is back. */
  reboot(forMs = 1000): Promise<void> {
    return this.change(async () => {
      await this.discovery?.bye(this.state);
      await this.closePorts();
      this.events.forget();
      this.head = new Head();
      await wait(forMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      if (this.state.fault.drop !== true) await this.openPorts();
      await this.discovery?.hello(this.state);
    });
  }

  fireMotion(moving: boolean): void {
    this.events.fireMotion(moving);
  }

  fireInput(closed: boolean): void {
    this.events.fireInput(closed);
  }

  /** The camera knows no subscription any more, and says nothing of that. */
  forgetSubscriptions(): void {
    this.events.endAll();
  }

  start(): Promise<void> {
    return this.change(async () => {
      await this.openPorts();
      await this.discovery?.hello(this.state);
    });
  }

  stop(): Promise<void> {
    this.stopping.abort();
    return this.change(async () => {
      await this.discovery?.bye(this.state);
      this.events.forget();
      await this.closePorts();
    });
  }

  private change(act: () => Promise<void>): Promise<void> {
    const changed = this.changing.then(act);
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  private async openPorts(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await this.rtsp.open();
    await this.onvif?.open();
  }

  private async closePorts(): Promise<void> {
    await this.rtsp.close();
    await this.onvif?.close();
  }
}
