/** A picture as a PNG. */
export interface Still {
  png: Blob;
  /** When it was taken, or, of a live one, the newest there was: by this computer's clock. */
  atMs: number;
}

/** The picture that a `<video>` shows now, at its own size, as a PNG. Rejects when it shows none. */
export async function stillOf(video: HTMLVideoElement): Promise<Blob> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0)
    throw new Error('There is no picture.');
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('The picture could not be drawn.');
  context.drawImage(video, 0, 0);
  return await canvas.convertToBlob({ type: 'image/png' });
}
