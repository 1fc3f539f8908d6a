/**
 * Where pictures become visible: a track that any number of `<video>` elements can show at once, so that a picture
 * which is enlarged is there at once. The one place that knows how; a painter on a canvas would replace it. Leaves
 * decoding to the worker, which gets `frames`.
 */
export interface Canvas {
  /** Goes to the worker, which writes pictures to it. */
  frames: WritableStream<VideoFrame>;
  /** Shows the pictures in this element until the returned function is called. */
  showIn(element: HTMLVideoElement): () => void;
  close(): void;
}

export function makeCanvas(): Canvas {
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const media = new MediaStream([track]);
  return {
    frames: track.writable,
    showIn(element) {
      element.srcObject = media;
      // Rejects only when the element goes away before the first picture.
      element.play().catch(() => undefined);
      return () => {
        if (element.srcObject === media) element.srcObject = null;
      };
    },
    close: () => track.stop(),
  };
}
