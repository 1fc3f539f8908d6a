/** How much memory buffers hold. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// With this flag V8 gives every new context that function.
const collect = runInNewContext('gc') as () => void;

/** Of what somebody still holds. */
export function heldBytes(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}
