/**
 * What of a camera's security can be seen from this computer, by asking that camera alone and only when the user wants
 * it: doors that are open, how it asks who is there, and whether the video travels encrypted. No password is tried.
 */
import type { CameraId } from './model.ts';

/** Of all that a camera could have: file transfer, shell, Telnet, pages, video, makers' own. */
export const triedPorts = [21, 22, 23, 80, 322, 443, 554, 8000, 8080, 8554] as const;

/**
 * How the stream that is recorded asks who is there. digest: the password does not cross the network. basic: it does,
 * readable unless the connection is encrypted. nobody: it plays for everybody. unknown: it did not say.
 */
export type SignInWay = 'digest' | 'basic' | 'nobody' | 'unknown';

export interface SecurityFacts {
  cameraId: CameraId;
  checkedMs: number;
  /** Of `triedPorts`, in order; and the ports that Nightjar itself uses of it, where they are others. */
  openPorts: number[];
  tried: number;
  signIn: SignInWay;
  /** The stream that is recorded comes inside TLS. */
  encrypted: boolean;
  /** Video inside TLS is offered at the usual port, 322. */
  offersEncrypted: boolean;
}
