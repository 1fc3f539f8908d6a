/**
 * What a camera's description and replies put into our own requests: the address of a track, and the session's name.
 * Whatever could begin another line, or is longer than any camera's, is not taken over. Pure.
 */

/** Relative to the base as RFC 2326 appendix C.1.1 has it; another host in it changes nothing of where it is sent. */
export function controlUri(control: string, base: string, uri: string): string {
  if (control === '' || control === '*') return isUri(base) ? base : uri;
  if (/^rtsps?:\/\//i.test(control)) return isUri(control) ? control : uri;
  const from = isUri(base) ? base : uri;
  const whole = `${from}${from.endsWith('/') ? '' : '/'}${control}`;
  return isUri(whole) ? whole : uri;
}

/** It goes into a request line: printable, no blanks. */
function isUri(text: string): boolean {
  return /^rtsps?:\/\/[\x21-\x7e]{1,2000}$/i.test(text);
}

/** A session's name as it may stand in a header of ours. */
export function isToken(text: string): boolean {
  return /^\s*[\x21-\x3a\x3c-\x7e]{1,200}\s*$/.test(text);
}
