/**
 * The hours to write under a strip: every second full hour of local time, clear of the strip's ends. In the night when
 * the clocks change, an hour comes twice or not at all, as it does on the wall.
 */
export function evenHours(fromMs: number, toMs: number): { atMs: number; percent: number }[] {
  const found: { atMs: number; percent: number }[] = [];
  const hourMs = 3_600_000;
  // Time zones differ from full hours by multiples of a quarter.
  const offsetMs = (new Date(fromMs).getTimezoneOffset() % 60) * 60_000;
  for (let atMs = Math.ceil((fromMs - offsetMs) / hourMs) * hourMs + offsetMs; atMs < toMs; atMs += hourMs) {
    const percent = (100 * (atMs - fromMs)) / (toMs - fromMs);
    if (new Date(atMs).getHours() % 2 === 0 && percent > 2 && percent < 98) found.push({ atMs, percent });
  }
  return found;
}
