/**
 * How much of the window the view takes: all of it, or beside rail and top bar. The whole screen is the window's own
 * matter (F11 is in its menu).
 */
class Screen {
  /** The view alone, without rail and top bar. */
  viewOnly = $state(false);
}

export const screen = new Screen();
