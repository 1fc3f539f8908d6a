/**
 * The system's notifications. Each is kept until it is closed, because one that is collected tells of no click. Where the
 * system has none, nothing is shown: the app says so in its settings.
 */
import { Notification } from 'electron';

export interface ShownNotice<Place> {
  title: string;
  body: string;
  place: Place;
}

/** As many as a system keeps in sight; the click on an older one is lost. */
const mostKept = 50;

export class SystemNotices<Place> {
  readonly #iconFile: string;
  readonly #clicked: (place: Place) => void;
  readonly #kept = new Set<Notification>();

  /** `clicked`: where the user wants to go. */
  constructor(iconFile: string, clicked: (place: Place) => void) {
    this.#iconFile = iconFile;
    this.#clicked = clicked;
  }

  canShow(): boolean {
    return Notification.isSupported();
  }

  show({ title, body, place }: ShownNotice<Place>): void {
    if (!this.canShow()) return;
    const notice = new Notification({ title, body, icon: this.#iconFile });
    this.#kept.add(notice);
    for (const oldest of this.#kept) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    const forget = (): void => void this.#kept.delete(notice);
    notice.on('click', () => {
      forget();
      this.#clicked(place);
    });
    notice.on('close', forget);
    notice.on('failed', forget);
    notice.show();
  }
}
