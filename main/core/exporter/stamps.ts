/**
 * Names of exported files and folders: a camera's name and local times, with nothing in them that a file system of
 * Windows, macOS or Linux refuses. Two moments never share a name within a second's accuracy: where the clock was set
 * back, the names of the hour that occurs twice say their distance from UTC.
 */

/** Also marks that turn the direction of what is written: a name would not read as it is. */
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const refused = /[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Names of devices, which Windows takes for no file, whatever follows a dot. */
const device = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)( *\.|$)/i;
const longestName = 60;
/** A name takes 255 bytes at most on most disks; a time and an ending follow. */
const longestBytes = 160;
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Clocks are set back by half an hour (Lord Howe) to two hours. */
const steps = [-7200, -3600, -1800, 1800, 3600, 7200].map((seconds) => seconds * 1000);

/** '' where nothing is left of the name. */
export function safeName(name: string): string {
  const plain = name
    .toWellFormed()
    .normalize('NFC')
    .replace(refused, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+/, '');
  let safe = '';
  for (const { segment } of [...letters.segment(plain)].slice(0, longestName)) {
    // A letter is never cut in two, however many marks it wears.
    if (Buffer.byteLength(safe + segment) > longestBytes) break;
    safe += segment;
  }
  safe = safe.replace(/[. ]+$/, '');
  return device.test(safe) ? `_${safe}` : safe;
}

/** A folder's name for each camera, in order, no two alike on a disk that does not tell capitals from small letters. */
export function folderNames(cameraNames: readonly string[], nameless: string): string[] {
  const taken = new Set<string>();
  return cameraNames.map((name) => {
    const base = safeName(name) || nameless;
    for (let number = 1; ; number += 1) {
      const candidate = number === 1 ? base : `${base} ${number}`;
      if (taken.has(candidate.toLowerCase())) continue;
      taken.add(candidate.toLowerCase());
      return candidate;
    }
  });
}

/** '2026-11-20', local. */
export function localDay(atMs: number): string {
  const at = new Date(atMs);
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** '2026-11-20 14.02.11', local; with ' UTC+1' where the same time of the clock occurs twice. */
export function localStamp(atMs: number): string {
  const plain = plainStamp(atMs);
  const twice = steps.some((step) => plainStamp(atMs + step) === plain);
  return twice ? `${plain} UTC${sayOffset(atMs, '.')}` : plain;
}

/** '2026-11-20T14:02:11.250+01:00', local. */
export function localIso(atMs: number): string {
  const at = new Date(atMs);
  const milliseconds = String(at.getMilliseconds()).padStart(3, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`;
  const offset = -at.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${localDay(atMs)}T${time}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

function plainStamp(atMs: number): string {
  const at = new Date(atMs);
  return `${localDay(atMs)} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
}

/** '+1', '-3.30' */
function sayOffset(atMs: number, separator: string): string {
  const offset = -new Date(atMs).getTimezoneOffset();
  const minutes = Math.abs(offset) % 60;
  const hours = Math.floor(Math.abs(offset) / 60);
  return `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `${separator}${two(minutes)}`}`;
}

function two(figure: number): string {
  return String(figure).padStart(2, '0');
}
