/** Paints a `<video>`'s picture into a small canvas, at most five times a second, for as long as the canvas is there. */
const everyMs = 200;

export function smallPictureOf(video: HTMLVideoElement): (canvas: HTMLCanvasElement) => () => void {
  return (canvas) => {
    const context = canvas.getContext('2d', { alpha: false });
    let paintedMs = -Infinity;
    let awaited = 0;

    function paint(): void {
      if (video.videoWidth === 0) return;
      paintedMs = performance.now();
      canvas.width = Math.round(canvas.clientWidth * window.devicePixelRatio);
      canvas.height = Math.round(canvas.clientHeight * window.devicePixelRatio);
      context?.drawImage(video, 0, 0, canvas.width, canvas.height);
    }

    function next(): void {
      awaited = video.requestVideoFrameCallback(() => {
        if (performance.now() - paintedMs >= everyMs) paint();
        next();
      });
    }

    paint();
    next();
    return () => video.cancelVideoFrameCallback(awaited);
  };
}
