/**
 * Numbers with their units, times and dates, in English words and the 24-hour clock of the person's own time zone.
 * Everything takes the contract's units (milliseconds, bytes, bits per second). Never rounds up to a whole: 99.96 % is
 * 99.9 %. Leaves to others what a number is of.
 */
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const withSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const withMinutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dateOnly = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const dayOnly = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

function parts(format: Intl.DateTimeFormat, atMs: number): string {
  return format
    .formatToParts(atMs)
    .map((part) => (part.type === 'literal' && part.value === ', ' ? ' ' : part.value))
    .join('');
}

/** Three figures that matter: 1.59, 15.9, 159. Rounded down, so that nothing reads as more than it is. */
function threeFigures(value: number): string {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const scale = 10 ** decimals;
  return (Math.floor(value * scale) / scale).toFixed(decimals).replace(/\.0+$/, '');
}

function bytes(count: number): string {
  const steps = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = Math.max(0, count);
  let step = 0;
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 ? String(Math.floor(value)) : threeFigures(value)} ${steps[step] ?? ''}`;
}

function rate(bitsPerSecond: number): string {
  if (bitsPerSecond < 1_000_000) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

/** The two largest units: '3 min 12 s', '2 h 50 min', '4 days 3 h', '12 s'. */
function duration(ms: number): string {
  const left = Math.max(0, ms);
  if (left < minuteMs) return `${Math.floor(left / secondMs)} s`;
  if (left < hourMs) return two(left, minuteMs, 'min', secondMs, 's');
  if (left < dayMs) return two(left, hourMs, 'h', minuteMs, 'min');
  const days = Math.floor(left / dayMs);
  return two(left, dayMs, days === 1 ? 'day' : 'days', hourMs, 'h');
}

function two(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const larges = Math.floor(ms / largeMs);
  const smalls = Math.floor((ms % largeMs) / smallMs);
  return smalls === 0 ? `${larges} ${large}` : `${larges} ${large} ${smalls} ${small}`;
}

/** One unit, for what is only an estimate: '46 days', '29 hours', '8 minutes'. */
function roughly(ms: number): string {
  if (ms >= 2 * dayMs) return `${Math.floor(ms / dayMs)} days`;
  if (ms >= 2 * hourMs) return `${Math.floor(ms / hourMs)} hours`;
  return `${Math.max(0, Math.floor(ms / minuteMs))} minutes`;
}

export const units = {
  bytes,
  rate,
  duration,
  roughly,
  /** '16:52:07' */
  time: (atMs: number): string => withSeconds.format(atMs),
  /** '16:52' */
  timeToMinute: (atMs: number): string => withMinutes.format(atMs),
  /** 'Fri 20 Nov 2026' */
  date: (atMs: number): string => parts(dateOnly, atMs),
  /** 'Fri 20 Nov' */
  day: (atMs: number): string => parts(dayOnly, atMs),
  dateAndTime: (atMs: number): string => `${parts(dateOnly, atMs)}\u2002${withSeconds.format(atMs)}`,
  /** A moment up to now: the time alone on the same day, else with its day. */
  since: (atMs: number, nowMs: number): string =>
    dateOnly.format(atMs) === dateOnly.format(nowMs)
      ? withMinutes.format(atMs)
      : `${parts(dayOnly, atMs)} ${withMinutes.format(atMs)}`,
  /** '94.3 %', rounded down. */
  percent: (fraction: number): string => `${threeFigures(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  size: (widthPixels: number, heightPixels: number): string => `${widthPixels} × ${heightPixels}`,
  framesPerSecond: (frames: number): string => `${Math.round(frames * 10) / 10} fps`,
  count: (value: number): string => value.toLocaleString('en-GB').replaceAll(',', '\u2009'),
  unknown: 'unknown',
};
