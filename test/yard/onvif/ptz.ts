/**
 * The PTZ service (ver20/ptz) and the head that it moves. The head is where its motion has brought it by now, worked out
 * whenever it is asked; its bounds are those of the generic spaces: -1..1 for pan and tilt, 0..1 for zoom. A continuous
 * move ends by Stop, by its timeout, or at the bounds.
 */
import type { CameraState, HeadPosition } from '../cameraState.ts';
import { wholePtz, type PtzPlan } from '../plans.ts';
import { escapeXml, find, textOf, type Element } from '../xml.ts';
import { ptzConfiguration } from './media.ts';
import type { Call, Service } from './service.ts';
import { isoTime, tag, type Answer } from './soap.ts';

/** What full speed (1) covers in a second. */
const unitsPerSecond = 0.25;
const defaultMoveMs = 5000;
const ordersKept = 500;
const generic = 'http://www.onvif.org/ver10/tptz';

/** What the head was told, and when (epoch milliseconds). */
export interface HeadOrder {
  action: string;
  atMs: number;
  /** Of a move. */
  pan?: number;
  tilt?: number;
  zoom?: number;
}

export class Head {
  /** The latest, oldest first. */
  readonly orders: HeadOrder[] = [];
  private from: HeadPosition = { pan: 0, tilt: 0, zoom: 0 };
  private homePosition: HeadPosition = { pan: 0, tilt: 0, zoom: 0 };
  private speed: HeadPosition = { pan: 0, tilt: 0, zoom: 0 };
  private sinceMs = 0;
  private untilMs = 0;
  readonly presets = new Map<string, { name: string; position: HeadPosition }>();

  constructor() {
    // Tokens that lose their zero when they are taken for numbers.
    this.presets.set('01', { name: 'Gate', position: { pan: -0.4, tilt: 0.1, zoom: 0.2 } });
    this.presets.set('02', { name: 'Drive & door', position: { pan: 0.5, tilt: -0.1, zoom: 0 } });
  }

  get position(): HeadPosition {
    const seconds = Math.max(0, (Math.min(performance.now(), this.untilMs) - this.sinceMs) / 1000);
    return bounded({
      pan: this.from.pan + this.speed.pan * unitsPerSecond * seconds,
      tilt: this.from.tilt + this.speed.tilt * unitsPerSecond * seconds,
      zoom: this.from.zoom + this.speed.zoom * unitsPerSecond * seconds,
    });
  }

  /** 0 of what does not move any more. */
  get velocity(): HeadPosition {
    return this.moving ? this.speed : { pan: 0, tilt: 0, zoom: 0 };
  }

  get moving(): boolean {
    const { pan, tilt, zoom } = this.speed;
    return performance.now() < this.untilMs && (pan !== 0 || tilt !== 0 || zoom !== 0);
  }

  note(action: string, speed?: HeadPosition): void {
    this.orders.push({ action, atMs: Date.now(), ...speed });
    if (this.orders.length > ordersKept) this.orders.shift();
  }

  goHome(): void {
    this.goTo(this.homePosition);
  }

  storeHome(): void {
    this.homePosition = this.position;
  }

  goTo(position: HeadPosition): void {
    this.move({ pan: 0, tilt: 0, zoom: 0 }, 0);
    this.from = bounded(position);
  }

  move(speed: HeadPosition, forMs: number): void {
    this.from = this.position;
    this.speed = speed;
    this.sinceMs = performance.now();
    this.untilMs = this.sinceMs + forMs;
  }

  stop(panTilt: boolean, zoom: boolean): void {
    const { speed } = this;
    const leftMs = Math.max(0, this.untilMs - performance.now());
    this.move(
      { pan: panTilt ? 0 : speed.pan, tilt: panTilt ? 0 : speed.tilt, zoom: zoom ? 0 : speed.zoom },
      panTilt && zoom ? 0 : leftMs,
    );
  }
}

function bounded({ pan, tilt, zoom }: HeadPosition): HeadPosition {
  const within = (value: number, least: number): number => Math.max(least, Math.min(1, value));
  return { pan: within(pan, -1), tilt: within(tilt, -1), zoom: within(zoom, 0) };
}

export const ptzService: Service = {
  GetNodes: ({ state }) => ({ body: `<tptz:GetNodesResponse>${node(planOf(state))}</tptz:GetNodesResponse>` }),
  GetNode: ({ state }) => ({ body: `<tptz:GetNodeResponse>${node(planOf(state))}</tptz:GetNodeResponse>` }),
  GetConfigurations: () => ({
    body: `<tptz:GetConfigurationsResponse>${ptzConfiguration('tptz:PTZConfiguration')}</tptz:GetConfigurationsResponse>`,
  }),
  GetConfigurationOptions: ({ state, request }) =>
    textOf(request, 'ConfigurationToken') === 'PTZConfig_1'
      ? {
          body:
            '<tptz:GetConfigurationOptionsResponse><tptz:PTZConfigurationOptions>' +
            `<tt:Spaces>${spaces(planOf(state))}</tt:Spaces>` +
            '<tt:PTZTimeout><tt:Min>PT0S</tt:Min><tt:Max>PT1M</tt:Max></tt:PTZTimeout>' +
            '</tptz:PTZConfigurationOptions></tptz:GetConfigurationOptionsResponse>',
        }
      : { fault: 'noSuchEntity', reason: 'The requested configuration does not exist' },

  GetStatus: (call) =>
    ofProfile(call, () => {
      const { pan, tilt, zoom } = call.head.position;
      const state = call.head.moving ? 'MOVING' : 'IDLE';
      return (
        '<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>' +
        `<tt:PanTilt x="${pan.toFixed(4)}" y="${tilt.toFixed(4)}" space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/PositionGenericSpace"/>` +
        `<tt:Zoom x="${zoom.toFixed(4)}" space="http://www.onvif.org/ver10/tptz/ZoomSpaces/PositionGenericSpace"/></tt:Position>` +
        `<tt:MoveStatus>${tag('tt:PanTilt', state)}${tag('tt:Zoom', state)}</tt:MoveStatus>` +
        `${tag('tt:UtcTime', isoTime(call.state.nowMs()))}</tptz:PTZStatus></tptz:GetStatusResponse>`
      );
    }),

  GetPresets: (call) =>
    ofProfile(call, () => {
      const presets = [...call.head.presets].map(
        ([
          token,
          {
            name,
            position: { pan, tilt, zoom },
          },
        ]) =>
          `<tptz:Preset token="${escapeXml(token)}">${tag('tt:Name', name)}<tt:PTZPosition>` +
          `<tt:PanTilt x="${pan}" y="${tilt}"/><tt:Zoom x="${zoom}"/></tt:PTZPosition></tptz:Preset>`,
      );
      return `<tptz:GetPresetsResponse>${presets.join('')}</tptz:GetPresetsResponse>`;
    }),

  GotoPreset: (call) => {
    call.head.note('GotoPreset');
    const preset = call.head.presets.get(textOf(call.request, 'PresetToken'));
    if (!preset) return { fault: 'noSuchEntity', reason: 'The requested preset does not exist' };
    return ofProfile(call, () => {
      call.head.goTo(preset.position);
      return '<tptz:GotoPresetResponse/>';
    });
  },

  SetPreset: (call) => {
    const { head, request } = call;
    const given = textOf(request, 'PresetToken');
    if (given !== '' && !head.presets.has(given))
      return { fault: 'noSuchEntity', reason: 'The requested preset does not exist' };
    if (given === '' && head.presets.size >= planOf(call.state).presets)
      return { fault: 'invalidArgument', reason: 'Too many presets' };
    return ofProfile(call, () => {
      let next = 1;
      while (head.presets.has(String(next).padStart(2, '0'))) next++;
      const token = given || String(next).padStart(2, '0');
      const name = textOf(request, 'PresetName') || head.presets.get(token)?.name || `Preset ${token}`;
      head.presets.set(token, { name, position: head.position });
      return `<tptz:SetPresetResponse>${tag('tptz:PresetToken', token)}</tptz:SetPresetResponse>`;
    });
  },

  RemovePreset: (call) => {
    if (!call.head.presets.delete(textOf(call.request, 'PresetToken'))) {
      return { fault: 'noSuchEntity', reason: 'The requested preset does not exist' };
    }
    return { body: '<tptz:RemovePresetResponse/>' };
  },

  ContinuousMove: (call) => {
    if (!planOf(call.state).continuous) return { fault: 'actionNotSupported', reason: 'Not by this head' };
    return ofProfile(call, () => {
      // An axis that is not named goes on as before.
      const speed = vector(find(call.request, 'Velocity'), call.head.velocity);
      call.head.note('ContinuousMove', speed);
      const timeout = /^PT(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(textOf(call.request, 'Timeout'));
      const givenMs = timeout ? (Number(timeout[1] ?? 0) * 60 + Number(timeout[2] ?? 0)) * 1000 : defaultMoveMs;
      call.head.move(within(planOf(call.state), speed), Math.min(givenMs, 60_000));
      return '<tptz:ContinuousMoveResponse/>';
    });
  },

  RelativeMove: (call) =>
    ofProfile(call, () => {
      const step = within(planOf(call.state), vector(find(call.request, 'Translation'), still));
      call.head.note('RelativeMove', step);
      const { pan, tilt, zoom } = call.head.position;
      call.head.goTo({ pan: pan + step.pan, tilt: tilt + step.tilt, zoom: zoom + step.zoom });
      return '<tptz:RelativeMoveResponse/>';
    }),

  AbsoluteMove: (call) => {
    const to = find(call.request, 'Position');
    if (!to) return { fault: 'invalidArgument', reason: 'No position' };
    return ofProfile(call, () => {
      call.head.goTo(vector(to, call.head.position));
      return '<tptz:AbsoluteMoveResponse/>';
    });
  },

  Stop: (call) =>
    ofProfile(call, () => {
      call.head.note('Stop');
      call.head.stop(textOf(call.request, 'PanTilt') !== 'false', textOf(call.request, 'Zoom') !== 'false');
      return '<tptz:StopResponse/>';
    }),

  GotoHomePosition: (call) => {
    call.head.note('GotoHomePosition');
    if (planOf(call.state).home === 'none') return { fault: 'actionNotSupported', reason: 'No home position' };
    return ofProfile(call, () => {
      call.head.goHome();
      return '<tptz:GotoHomePositionResponse/>';
    });
  },

  SetHomePosition: (call) => {
    if (planOf(call.state).home !== 'stored') return { fault: 'actionNotSupported', reason: 'It is fixed' };
    return ofProfile(call, () => {
      call.head.storeHome();
      return '<tptz:SetHomePositionResponse/>';
    });
  },
};

const still: HeadPosition = { pan: 0, tilt: 0, zoom: 0 };

/** The service is there only where there is a plan for it. */
function planOf({ plan }: CameraState): PtzPlan {
  return plan.onvif?.ptz ?? wholePtz;
}

/** What the head does not have stays where it is. */
function within({ panTilt, zoom }: PtzPlan, speed: HeadPosition): HeadPosition {
  return {
    pan: panTilt ? speed.pan : 0,
    tilt: panTilt ? speed.tilt : 0,
    zoom: zoom ? speed.zoom : 0,
  };
}

function ofProfile({ state, request }: Call, act: () => string): Answer {
  const token = textOf(request, 'ProfileToken');
  const known = [state.plan.main, state.plan.sub].some((stream) => stream?.token === token);
  return known ? { body: act() } : { fault: 'noSuchEntity', reason: 'The requested profile does not exist' };
}

/** `before` for what it does not name, or names by no number. */
function vector(element: Element | null, before: HeadPosition): HeadPosition {
  const number = (name: string, attribute: string, otherwise: number): number => {
    const given = element && find(element, name);
    const value = given ? Number(given.attributes.get(attribute) ?? 0) : otherwise;
    return Number.isFinite(value) ? value : otherwise;
  };
  return {
    pan: number('PanTilt', 'x', before.pan),
    tilt: number('PanTilt', 'y', before.tilt),
    zoom: number('Zoom', 'x', before.zoom),
  };
}

function spaces({ panTilt, zoom, continuous }: PtzPlan): string {
  const range = (name: string, least: number): string =>
    `<tt:${name}><tt:Min>${least}</tt:Min><tt:Max>1</tt:Max></tt:${name}>`;
  const flat = (name: string, uri: string): string =>
    `<tt:${name}>${tag('tt:URI', `${generic}/PanTiltSpaces/${uri}`)}${range('XRange', -1)}${range('YRange', -1)}</tt:${name}>`;
  const deep = (name: string, uri: string, least: number): string =>
    `<tt:${name}>${tag('tt:URI', `${generic}/ZoomSpaces/${uri}`)}${range('XRange', least)}</tt:${name}>`;
  return [
    panTilt && flat('AbsolutePanTiltPositionSpace', 'PositionGenericSpace'),
    zoom && deep('AbsoluteZoomPositionSpace', 'PositionGenericSpace', 0),
    panTilt && flat('RelativePanTiltTranslationSpace', 'TranslationGenericSpace'),
    zoom && deep('RelativeZoomTranslationSpace', 'TranslationGenericSpace', -1),
    continuous && panTilt && flat('ContinuousPanTiltVelocitySpace', 'VelocityGenericSpace'),
    continuous && zoom && deep('ContinuousZoomVelocitySpace', 'VelocityGenericSpace', -1),
  ]
    .filter((space) => space !== false)
    .join('');
}

function node(plan: PtzPlan): string {
  return (
    `<tptz:PTZNode token="PTZNode_1" FixedHomePosition="${plan.home === 'fixed'}"><tt:Name>PTZNode</tt:Name>` +
    `<tt:SupportedPTZSpaces>${spaces(plan)}</tt:SupportedPTZSpaces>` +
    tag('tt:MaximumNumberOfPresets', plan.presets) +
    `${tag('tt:HomeSupported', plan.home !== 'none')}</tptz:PTZNode>`
  );
}
