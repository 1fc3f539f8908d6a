/**
 * The sheet that asks for a camera's user name and password: which camera it is open for. It lies over any view.
 */
import type { CameraId } from '../../main/contract/model.ts';

class SignIn {
  cameraId = $state<CameraId | null>(null);

  open(cameraId: CameraId): void {
    this.cameraId = cameraId;
  }

  close(): void {
    this.cameraId = null;
  }
}

export const signIn = new SignIn();
