/**
 * Reads ONVIF scopes, the addresses in which a camera says its name, model and place (ONVIF core, 7.3.2.2). They come
 * from the camera and end on screen: decoded where that works, one line, without control characters, bounded.
 */
import { oneLine } from './xml.ts';

/** The value after `onvif://www.onvif.org/<kind>/` in the first such scope, decoded; '' when there is none. */
export function scopeValue(scopes: readonly string[], kind: string): string {
  const prefix = `onvif://www.onvif.org/${kind}/`;
  for (const scope of scopes) {
    if (!scope.toLowerCase().startsWith(prefix)) continue;
    const value = scope.slice(prefix.length, prefix.length + 300);
    try {
      return oneLine(decodeURIComponent(value)).slice(0, 80);
    } catch {
      return oneLine(value).slice(0, 80);
    }
  }
  return '';
}
