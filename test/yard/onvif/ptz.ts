/**
 * The PTZ service (ver20/ptz) and the head that it moves. The head is where its motion has brought it by now, worked out
 * whenever it is asked; its bounds are those of the generic spaces: -1..1 for pan and tilt, 0..1 for zoom. A continuous
 * move ends by Stop, by its timeout, or at the bounds.
 */
import type { HeadPosition } from '../cameraState.ts';
import { escapeXml, find, textOf, type Element } from '../xml.ts';
import { ptzConfiguration } from './media.ts';
import type { Call, Service } from './service.ts';
import { isoTime, tag, type Answer } from './soap.ts';

/** What full speed (1) covers in a second. */
const unitsPerSecond = 0.25;
const defaultMoveMs = 5000;
const presetsAtMost = 64;

export class Head {
  private from: HeadPosition = { pan: 0, tilt: 0, zoom: 0 };
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

  get moving(): boolean {
    const { pan, tilt, zoom } = this.speed;
    return performance.now() < this.untilMs && (pan !== 0 || tilt !== 0 || zoom !== 0);
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
  GetNodes: () => ({ body: `<tptz:GetNodesResponse>${node()}</tptz:GetNodesResponse>` }),
  GetNode: () => ({ body: `<tptz:GetNodeResponse>${node()}</tptz:GetNodeResponse>` }),
  GetConfigurations: () => ({
    body: `<tptz:GetConfigurationsResponse>${ptzConfiguration('tptz:PTZConfiguration')}</tptz:GetConfigurationsResponse>`,
  }),

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
    if (head.presets.size >= presetsAtMost) return { fault: 'invalidArgument', reason: 'Too many presets' };
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

  ContinuousMove: (call) =>
    ofProfile(call, () => {
      const speed = vector(find(call.request, 'Velocity')) ?? { pan: 0, tilt: 0, zoom: 0 };
      const timeout = /^PT(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(textOf(call.request, 'Timeout'));
      const givenMs = timeout ? (Number(timeout[1] ?? 0) * 60 + Number(timeout[2] ?? 0)) * 1000 : defaultMoveMs;
      call.head.move(speed, Math.min(givenMs, 60_000));
      return '<tptz:ContinuousMoveResponse/>';
    }),

  RelativeMove: (call) =>
    ofProfile(call, () => {
      const step = vector(find(call.request, 'Translation')) ?? { pan: 0, tilt: 0, zoom: 0 };
      const { pan, tilt, zoom } = call.head.position;
      call.head.goTo({ pan: pan + step.pan, tilt: tilt + step.tilt, zoom: zoom + step.zoom });
      return '<tptz:RelativeMoveResponse/>';
    }),

  AbsoluteMove: (call) => {
    const to = vector(find(call.request, 'Position'));
    if (!to) return { fault: 'invalidArgument', reason: 'No position' };
    return ofProfile(call, () => {
      call.head.goTo(to);
      return '<tptz:AbsoluteMoveResponse/>';
    });
  },

  Stop: (call) =>
    ofProfile(call, () => {
      call.head.stop(textOf(call.request, 'PanTilt') !== 'false', textOf(call.request, 'Zoom') !== 'false');
      return '<tptz:StopResponse/>';
    }),

  GotoHomePosition: (call) =>
    ofProfile(call, () => {
      call.head.goTo({ pan: 0, tilt: 0, zoom: 0 });
      return '<tptz:GotoHomePositionResponse/>';
    }),
};

function ofProfile({ state, request }: Call, act: () => string): Answer {
  const token = textOf(request, 'ProfileToken');
  const known = [state.plan.main, state.plan.sub].some((stream) => stream?.token === token);
  return known ? { body: act() } : { fault: 'noSuchEntity', reason: 'The requested profile does not exist' };
}

/** null when there is none, or its numbers are none. */
function vector(element: Element | null): HeadPosition | null {
  if (!element) return null;
  const number = (name: string, attribute: string): number =>
    Number(find(element, name)?.attributes.get(attribute) ?? 0);
  const position = { pan: number('PanTilt', 'x'), tilt: number('PanTilt', 'y'), zoom: number('Zoom', 'x') };
  return Object.values(position).every(Number.isFinite) ? position : null;
}

function node(): string {
  const generic = 'http://www.onvif.org/ver10/tptz';
  const range = (name: string, least: number): string =>
    `<tt:${name}><tt:Min>${least}</tt:Min><tt:Max>1</tt:Max></tt:${name}>`;
  const flat = (name: string, uri: string): string =>
    `<tt:${name}>${tag('tt:URI', `${generic}/PanTiltSpaces/${uri}`)}${range('XRange', -1)}${range('YRange', -1)}</tt:${name}>`;
  const deep = (name: string, uri: string, least: number): string =>
    `<tt:${name}>${tag('tt:URI', `${generic}/ZoomSpaces/${uri}`)}${range('XRange', least)}</tt:${name}>`;
  return (
    '<tptz:PTZNode token="PTZNode_1" FixedHomePosition="true"><tt:Name>PTZNode</tt:Name><tt:SupportedPTZSpaces>' +
    flat('AbsolutePanTiltPositionSpace', 'PositionGenericSpace') +
    deep('AbsoluteZoomPositionSpace', 'PositionGenericSpace', 0) +
    flat('RelativePanTiltTranslationSpace', 'TranslationGenericSpace') +
    deep('RelativeZoomTranslationSpace', 'TranslationGenericSpace', -1) +
    flat('ContinuousPanTiltVelocitySpace', 'VelocityGenericSpace') +
    deep('ContinuousZoomVelocitySpace', 'VelocityGenericSpace', -1) +
    `</tt:SupportedPTZSpaces>${tag('tt:MaximumNumberOfPresets', presetsAtMost)}<tt:HomeSupported>true</tt:HomeSupported>` +
    '</tptz:PTZNode>'
  );
}
