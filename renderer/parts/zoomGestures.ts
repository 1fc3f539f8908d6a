/**
 * What the pointer does to a picture's zoom: the wheel zooms at the pointer, a drag pans while it is zoomed, two fingers
 * do both. To be attached to the element whose edges are the picture's. A press on a control over the picture is the
 * control's.
 */
import type { Zoom } from '../state/zoom.svelte.ts';
import type { FramePoint } from '../state/zoom.ts';

/** A notch of a mouse's wheel is 100 to 120 px: about a quarter larger. */
const wheelPerPixel = 0.002;
/** A pinch on a touchpad comes as a wheel with Ctrl and a few px at a time. */
const pinchPerPixel = 0.01;
const pixelsPerLine = 16;
/** A drag begins here: a click with an unsteady hand is none. */
const dragFromPixels = 3;
const controls = 'button, a, input, select, [role="slider"], .over';

interface Finger extends FramePoint {
  pixelsX: number;
  pixelsY: number;
}

export function zoomGestures(zoom: Zoom): (element: HTMLElement) => () => void {
  return (element) => {
    const fingers = new Map<number, Finger>();
    let drags = false;
    const over = new AbortController();
    const { signal } = over;

    function place(event: MouseEvent): Finger {
      const box = element.getBoundingClientRect();
      return {
        x: (event.clientX - box.left) / box.width,
        y: (event.clientY - box.top) / box.height,
        pixelsX: event.clientX,
        pixelsY: event.clientY,
      };
    }

    function wheel(event: WheelEvent): void {
      if (event.altKey || event.shiftKey || event.metaKey) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * pixelsPerLine;
      zoom.by(Math.exp(-pixels * (event.ctrlKey ? pinchPerPixel : wheelPerPixel)), place(event));
    }

    function down(event: PointerEvent): void {
      if (event.button !== 0 || (event.target instanceof Element && event.target.closest(controls) !== null)) return;
      fingers.set(event.pointerId, place(event));
    }

    function move(event: PointerEvent): void {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const now = place(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) pinch(zoom, before, now, other);
      else if (zoom.zoomed && (drags || distance(before, now) >= dragFromPixels)) {
        if (!drags) element.setPointerCapture(event.pointerId);
        drags = true;
        zoom.pan(before.x - now.x, before.y - now.y);
      } else return;
      fingers.set(event.pointerId, now);
    }

    function up(event: PointerEvent): void {
      fingers.delete(event.pointerId);
      if (fingers.size === 0) drags = false;
    }

    element.addEventListener('wheel', wheel, { signal, passive: false });
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointermove', move, { signal });
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      element.addEventListener(name, up, { signal });
    return () => over.abort();
  };
}

function distance(one: Finger, other: Finger): number {
  return Math.hypot(one.pixelsX - other.pixelsX, one.pixelsY - other.pixelsY);
}

/** One of two fingers moved: what lay between them lies between them still. */
function pinch(zoom: Zoom, before: Finger, now: Finger, other: Finger): void {
  const apart = distance(before, other);
  if (apart > 0) zoom.by(distance(now, other) / apart, { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
  zoom.pan((before.x - now.x) / 2, (before.y - now.y) / 2);
}
