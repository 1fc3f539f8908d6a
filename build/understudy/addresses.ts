/**
 * The one map between the app's addresses and those that Chromium shows: app://host/path ⇄
 * https://host.app.invalid/path. Chromium cannot navigate to a scheme it does not know; `.invalid` never resolves
 * (RFC 6761), and every request is answered before it could leave.
 */

const shown = /^(blob:)?https:\/\/([^/.]+)\.([a-z]+)\.invalid(?=[/?#]|$)/;

/** As Chromium knows it. Addresses of other schemes stay as they are. */
export function toShown(address: string, isAppScheme: (scheme: string) => boolean): string {
  const url = new URL(address);
  const scheme = url.protocol.slice(0, -1);
  if (!isAppScheme(scheme)) return address;
  return `https://${url.host}.${scheme}.invalid${url.pathname}${url.search}${url.hash}`;
}

/** As the app knows it. */
export function toApp(address: string): string {
  return address.replace(shown, '$1$3://$2');
}
