/** A small camera for tests: pictures of 320 x 180, whose clips are made in a second or two, once. */
import { defaultPlans, type CameraPlan } from '../../yard/plans.ts';

type Changes = {
  [Part in 'main' | 'sub' | 'rtsp' | 'onvif']?: Partial<NonNullable<CameraPlan[Part]>> | null;
} & Partial<Omit<CameraPlan, 'main' | 'sub' | 'rtsp' | 'onvif'>>;

export const hardPassword = `p@ss:w/rd?#%&"'<>é`;

export function smallPlan({ main, sub, rtsp, onvif, ...rest }: Changes = {}): CameraPlan {
  const [plan] = defaultPlans(1);
  if (!plan) throw new Error('no plan');
  const small = { widthPixels: 320, heightPixels: 180, bitsPerSecond: 200_000 };
  return {
    ...plan,
    ...rest,
    main: { ...plan.main, ...small, sound: null, ...main },
    sub: sub && plan.sub ? { ...plan.sub, ...small, ...sub } : null,
    rtsp: { ...plan.rtsp, ...rtsp },
    onvif: onvif === null || !plan.onvif ? null : { ...plan.onvif, ...onvif },
  };
}
