/**
 * What the parts of one simulated camera share: its plan, its present fault, its clock, and where its pan-tilt head
 * points. Answers only from memory; the servers ask it anew at every request, so a fault works at once.
 */
import type { CameraPlan, Fault } from './plans.ts';

export interface HeadPosition {
  pan: number;
  tilt: number;
  zoom: number;
}

export class CameraState {
  readonly plan: CameraPlan;
  host: string;
  onvifPort = 0;
  rtspPort = 0;
  fault: Fault = {};
  /** RTSP questions that were answered with 401. */
  refusals = 0;
  /** When somebody connected to its RTSP port, in epoch milliseconds: the last of them. */
  readonly asked: number[] = [];
  /** What SetSystemDateAndTime moved the clock by. */
  private setClockMs = 0;

  constructor(plan: CameraPlan, host: string) {
    this.plan = plan;
    this.host = host;
  }

  get password(): string {
    return this.fault.password ?? this.plan.password;
  }

  /** The camera's own idea of the time. */
  nowMs(): number {
    return Date.now() + (this.fault.clockOffMs ?? 0) + this.setClockMs;
  }

  setClock(toMs: number): void {
    this.setClockMs += toMs - this.nowMs();
  }

  /** A camera that says nothing at all now. */
  get silent(): boolean {
    return this.fault.notAnswering === true;
  }

  /** Waits as long as the camera is slow; at once otherwise. */
  async pace(): Promise<void> {
    const slowMs = this.fault.slowMs ?? 0;
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs).unref());
  }
}
