/**
 * How much of the screen the view takes: whole screen, and the wall without rail and bar.
 */
class Screen {
  /** The view alone, without rail and top bar. */
  viewOnly = $state(false);

  toggleWhole(): void {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    // Refused where the system does not allow it; the window then stays as it is, which is what the person sees.
    change.catch(() => undefined);
  }
}

export const screen = new Screen();
