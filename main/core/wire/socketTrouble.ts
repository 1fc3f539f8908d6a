/** What a socket's error says. Pure. */

/** This computer itself has no way there: no interface is up, none has an address, or no route leads to it. */
const withoutWay: ReadonlySet<string> = new Set(['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);

/**
 * The system's code of an error; '' where it has none. Of a name with several addresses, all of which failed, the one of
 * an address that there was a way to counts: many networks have none to IPv6.
 */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    const codes = error.errors.map(codeOf);
    return codes.find((code) => !withoutWay.has(code)) ?? codes[0] ?? '';
  }
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

export function saysNoWay(code: string): boolean {
  return withoutWay.has(code);
}
