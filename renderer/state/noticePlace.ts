/** Goes where a notice that was clicked leads: now, or when the vault is open and the page is there. */
import { call, on } from '../home.ts';
import { known } from './known.svelte.ts';
import { router } from './router.svelte.ts';

/** Until the function returned is called. Only the first window goes: it is the one that the click brings to the front. */
export function followNotices(): () => void {
  void go();
  return on('notices.changed', () => void go());
}

async function go(): Promise<void> {
  if (known.window !== 'main') return;
  const clicked = await call('notices.take').catch(() => null);
  if (!clicked?.ok || clicked.value === null) return;
  const place = clicked.value;
  // It may have been removed since.
  if (place.view === 'camera' && known.camera(place.cameraId) === null) router.go({ view: 'health' });
  else router.go(place);
}
