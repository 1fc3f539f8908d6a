/**
 * The colours of what is painted on a canvas: as the theme has them, or the system's own where it asks for that. Read
 * once, and again when theme or system change; whoever paints reads them where a change is to make it paint again.
 */
export interface Inks {
  recorded: string;
  signal: string;
  quiet: string;
  event: string;
}

function readInks(): Inks {
  if (matchMedia('(forced-colors: active)').matches) {
    return { recorded: 'CanvasText', signal: 'CanvasText', quiet: 'CanvasText', event: 'Canvas' };
  }
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string): string => style.getPropertyValue(name).trim();
  return { recorded: ink('--recorded'), signal: ink('--signal'), quiet: ink('--quiet-gap'), event: ink('--event') };
}

class Theme {
  inks = $state.raw<Inks>(readInks());

  constructor() {
    const changed = (): void => void (this.inks = readInks());
    new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    for (const query of ['(forced-colors: active)', '(prefers-color-scheme: dark)']) {
      matchMedia(query).addEventListener('change', changed);
    }
  }
}

export const theme = new Theme();
