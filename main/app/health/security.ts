/** Looks at the security of one camera on the list, when the user asks: see core/cameras/security.ts. */
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { SecurityFacts } from '../../contract/security.ts';
import { lookAtSecurity } from '../../core/cameras/security.ts';
import type { House } from '../house.ts';

/** Problems: `gone`, `noAnswer`, `cancelled`. */
export async function securityOf(
  house: House,
  cameraId: CameraId,
  signal: AbortSignal,
): Promise<Outcome<SecurityFacts>> {
  const camera = house.cameras.list().find(({ id }) => id === cameraId);
  if (!camera) return bad({ code: 'gone' });
  // Where it was in the last minutes, or it is asked; what keeps that from being known keeps the rest from nothing.
  const source = await house.cameras.sourceOf(cameraId, 'main')(signal, false);
  const { host, port } = camera;
  const question = { host, ports: [port], streamUrl: source.ok ? source.value.url : null };
  const looked = await lookAtSecurity(question, signal);
  return looked.ok ? good({ ...looked.value, cameraId, checkedMs: Date.now() }) : looked;
}
