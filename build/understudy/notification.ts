/**
 * Notification: written down for tests, shown nowhere. A test that wants to click puts a `show` of its own on the
 * prototype, keeps what is shown, and emits 'click' on it, as it emits power events.
 */
import type { Notification as ElectronNotification, NotificationConstructorOptions } from 'electron';
import { app } from './app.ts';
import { noteCall, notPerformed, StrictEmitter } from './strict.ts';

const knownOptions = new Set(['title', 'body', 'icon'] satisfies (keyof NotificationConstructorOptions)[] as string[]);

export class StandInNotification
  extends StrictEmitter
  implements Pick<ElectronNotification, 'title' | 'body' | 'show' | 'close'>
{
  /** A system that shows them is what the journeys want; a test that wants another answer puts it here. */
  static isSupported(): boolean {
    return true;
  }

  readonly title: string;
  readonly body: string;

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create Notification before app is ready');
    for (const key of Object.keys(options)) if (!knownOptions.has(key)) notPerformed(`Notification option ${key}`);
    this.title = options.title ?? '';
    this.body = options.body ?? '';
  }

  show(): void {
    noteCall('Notification.show', this.title, this.body);
    this.emit('show');
  }

  close(): void {
    noteCall('Notification.close', this.title);
    this.emit('close');
  }
}
