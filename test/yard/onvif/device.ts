/** The device service (ONVIF Core, ver10/device): who the camera is, its time, and where its other services are. */
import type { CameraState } from '../cameraState.ts';
import { find, textOf } from '../xml.ts';
import { baseAddress, paths, type Service } from './service.ts';
import { namespaces, tag } from './soap.ts';

export const deviceService: Service = {
  GetSystemDateAndTime: ({ state }) => ({
    body:
      '<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>' +
      '<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>' +
      `<tt:UTCDateTime>${dateAndTime(new Date(state.nowMs()))}</tt:UTCDateTime>` +
      '</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>',
  }),

  SetSystemDateAndTime: ({ state, request }) => {
    const given = find(request, 'UTCDateTime');
    if (given) {
      const number = (...names: string[]): number => Number(textOf(given, ...names) || Number.NaN);
      const toMs = Date.UTC(
        number('Date', 'Year'),
        number('Date', 'Month') - 1,
        number('Date', 'Day'),
        number('Time', 'Hour'),
        number('Time', 'Minute'),
        number('Time', 'Second'),
      );
      if (Number.isNaN(toMs)) return { fault: 'invalidArgument', reason: 'Not a date' };
      state.setClock(toMs);
    }
    return { body: '<tds:SetSystemDateAndTimeResponse/>' };
  },

  GetServices: ({ state }) => {
    const services = servicesOf(state).map(({ namespace, path, version }) => {
      const [major = '', minor = ''] = version.split('.');
      return (
        `<tds:Service>${tag('tds:Namespace', namespace)}${tag('tds:XAddr', baseAddress(state) + path)}` +
        `<tds:Version>${tag('tt:Major', major)}${tag('tt:Minor', minor)}</tds:Version></tds:Service>`
      );
    });
    return { body: `<tds:GetServicesResponse>${services.join('')}</tds:GetServicesResponse>` };
  },

  GetCapabilities: ({ state }) => {
    const base = baseAddress(state);
    const { onvif } = state.plan;
    const address = (path: string): string => tag('tt:XAddr', base + path);
    return {
      body:
        '<tds:GetCapabilitiesResponse><tds:Capabilities>' +
        `<tt:Device>${address(onvif?.path ?? '')}</tt:Device>` +
        (onvif?.events
          ? `<tt:Events>${address(paths.events)}<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>` +
            '<tt:WSPullPointSupport>true</tt:WSPullPointSupport>' +
            '<tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>'
          : '') +
        `<tt:Media>${address(paths.media)}<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>` +
        '<tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>' +
        (onvif?.ptz ? `<tt:PTZ>${address(paths.ptz)}</tt:PTZ>` : '') +
        '</tds:Capabilities></tds:GetCapabilitiesResponse>',
    };
  },

  GetDeviceInformation: ({ state: { plan } }) => ({
    body:
      `<tds:GetDeviceInformationResponse>${tag('tds:Manufacturer', plan.maker)}${tag('tds:Model', plan.model)}` +
      `${tag('tds:FirmwareVersion', plan.firmware)}${tag('tds:SerialNumber', plan.serial)}` +
      `${tag('tds:HardwareId', plan.hardware)}</tds:GetDeviceInformationResponse>`,
  }),

  GetScopes: ({ state }) => ({
    body: `<tds:GetScopesResponse>${scopesOf(state)
      .map((scope) => `<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>${tag('tt:ScopeItem', scope)}</tds:Scopes>`)
      .join('')}</tds:GetScopesResponse>`,
  }),

  GetHostname: ({ state: { plan } }) => ({
    body:
      '<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>' +
      `${tag('tt:Name', `yard-${plan.serial}`)}</tds:HostnameInformation></tds:GetHostnameResponse>`,
  }),

  GetNetworkInterfaces: ({ state }) => ({
    body:
      '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled>' +
      `<tt:Info><tt:Name>eth0</tt:Name>${tag('tt:HwAddress', hardwareAddress(state))}<tt:MTU>1500</tt:MTU></tt:Info>` +
      '<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual>' +
      `${tag('tt:Address', state.host)}<tt:PrefixLength>8</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP>` +
      '</tt:Config></tt:IPv4></tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>',
  }),
};

/** What the camera says of itself in discovery and GetScopes, percent-encoded as the specification asks. */
export function scopesOf({ plan }: CameraState): string[] {
  const scope = (kind: string, value: string): string => `onvif://www.onvif.org/${kind}/${encodeURIComponent(value)}`;
  return [
    'onvif://www.onvif.org/Profile/Streaming',
    ...(plan.onvif?.media2 ? ['onvif://www.onvif.org/Profile/T'] : []),
    'onvif://www.onvif.org/type/video_encoder',
    ...(plan.onvif?.ptz ? ['onvif://www.onvif.org/type/ptz'] : []),
    scope('name', plan.name),
    scope('hardware', plan.hardware),
    scope('location', plan.location),
  ];
}

function servicesOf({ plan: { onvif } }: CameraState): { namespace: string; path: string; version: string }[] {
  const all = [
    { offered: true, namespace: namespaces.tds, path: onvif?.path ?? '', version: '18.12' },
    { offered: true, namespace: namespaces.trt, path: paths.media, version: '2.60' },
    { offered: onvif?.media2, namespace: namespaces.tr2, path: paths.media2, version: '18.6' },
    { offered: onvif?.ptz, namespace: namespaces.tptz, path: paths.ptz, version: '2.60' },
    { offered: onvif?.events, namespace: namespaces.tev, path: paths.events, version: '2.60' },
  ];
  return all.filter(({ offered }) => offered);
}

function dateAndTime(now: Date): string {
  return (
    `<tt:Time>${tag('tt:Hour', now.getUTCHours())}${tag('tt:Minute', now.getUTCMinutes())}` +
    `${tag('tt:Second', now.getUTCSeconds())}</tt:Time><tt:Date>${tag('tt:Year', now.getUTCFullYear())}` +
    `${tag('tt:Month', now.getUTCMonth() + 1)}${tag('tt:Day', now.getUTCDate())}</tt:Date>`
  );
}

/** A locally administered address made of the serial. */
function hardwareAddress({ plan }: CameraState): string {
  const digits = plan.serial.replaceAll(/\D/g, '').padStart(10, '0').slice(-10);
  return `02:${(digits.match(/../g) ?? []).join(':')}`;
}
