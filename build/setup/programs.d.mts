/** Electron's program where its binary is here; null elsewhere. */
export function electronProgram(): string | null;
/** Chromium's program; null when there is none. */
export function chromiumProgram(): string | null;
/** ffmpeg's program; null when there is none. */
export function ffmpegProgram(): string | null;
/** The first of these programs that is on the path; null when there is none. */
export function onPath(names: string[]): string | null;
