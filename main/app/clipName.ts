/**
 * The suggested name of an exported clip: camera and local start, with nothing in it that a file system of Windows,
 * macOS or Linux refuses.
 */

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const refused = /[<>:"/\\|?*\u0000-\u001f\u007f]/g;

/** "Front door 2026-11-17 17.56.10.mp4" */
export function clipName(cameraName: string, fromMs: number): string {
  const name = cameraName
    .replace(refused, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[. ]+$/, '')
    .trim()
    .slice(0, 60);
  return `${name || 'Camera'} ${localStamp(fromMs)}.mp4`;
}

function localStamp(atMs: number): string {
  const at = new Date(atMs);
  const two = (figure: number): string => String(figure).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
}
