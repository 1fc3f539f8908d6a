/**
 * The media services: ver10 with complete H.264 profiles, and ver20 (media2) that tells of H.265 as well. A profile that
 * ver10 has no word for (H.265) is not in its list, as with many cameras.
 */
import type { CameraState } from '../cameraState.ts';
import type { Role } from '../film.ts';
import type { StreamPlan } from '../plans.ts';
import { escapeXml, textOf } from '../xml.ts';
import { baseAddress, paths, streamsOf, type Call, type Service } from './service.ts';
import { tag, type Answer } from './soap.ts';

export const mediaService: Service = {
  GetProfiles: ({ state }) => ({
    body: `<trt:GetProfilesResponse>${known(state)
      .map(({ role, stream }) => profile('trt:Profiles', state, role, stream))
      .join('')}</trt:GetProfilesResponse>`,
  }),

  GetProfile: (call) =>
    ofProfile(call, known(call.state), ({ role, stream }) => ({
      body: `<trt:GetProfileResponse>${profile('trt:Profile', call.state, role, stream)}</trt:GetProfileResponse>`,
    })),

  GetVideoSources: ({ state: { plan } }) => ({
    body:
      '<trt:GetVideoSourcesResponse><trt:VideoSources token="VideoSource_1">' +
      `${tag('tt:Framerate', plan.main.framesPerSecond)}${resolution(plan.main)}</trt:VideoSources></trt:GetVideoSourcesResponse>`,
  }),

  GetStreamUri: (call) =>
    ofProfile(call, known(call.state), ({ stream }) => ({
      body: `<trt:GetStreamUriResponse>${mediaUri(streamAddress(call.state, stream))}</trt:GetStreamUriResponse>`,
    })),

  GetSnapshotUri: (call) =>
    ofProfile(call, known(call.state), ({ role }) =>
      call.state.plan.onvif?.snapshot
        ? {
            body: `<trt:GetSnapshotUriResponse>${mediaUri(snapshotAddress(call.state, role))}</trt:GetSnapshotUriResponse>`,
          }
        : { fault: 'actionNotSupported', reason: 'No snapshots' },
    ),
};

export const media2Service: Service = {
  GetProfiles: ({ state, request }) => {
    const token = textOf(request, 'Token');
    const chosen = streamsOf(state).filter(({ stream }) => token === '' || stream.token === token);
    return {
      body: `<tr2:GetProfilesResponse>${chosen
        .map(({ role, stream }) => profile2(state, role, stream))
        .join('')}</tr2:GetProfilesResponse>`,
    };
  },

  GetStreamUri: (call) =>
    ofProfile(call, streamsOf(call.state), ({ stream }) => ({
      body: `<tr2:GetStreamUriResponse>${tag('tr2:Uri', streamAddress(call.state, stream))}</tr2:GetStreamUriResponse>`,
    })),

  GetSnapshotUri: (call) =>
    ofProfile(call, streamsOf(call.state), ({ role }) => ({
      body: `<tr2:GetSnapshotUriResponse>${tag('tr2:Uri', snapshotAddress(call.state, role))}</tr2:GetSnapshotUriResponse>`,
    })),
};

type Named = { role: Role; stream: StreamPlan };

function known(state: CameraState): Named[] {
  return streamsOf(state).filter(({ stream }) => stream.video === 'H.264');
}

function ofProfile({ request }: Call, list: Named[], answer: (named: Named) => Answer): Answer {
  const token = textOf(request, 'ProfileToken');
  const named = list.find(({ stream }) => stream.token === token);
  return named ? answer(named) : { fault: 'noSuchEntity', reason: 'The requested profile does not exist' };
}

function streamAddress(state: CameraState, stream: StreamPlan): string {
  return `rtsp://${state.host}:${state.rtspPort}${stream.path}`;
}

function snapshotAddress(state: CameraState, role: Role): string {
  return `${baseAddress(state)}${paths.snapshot}${role}.jpg`;
}

function mediaUri(address: string): string {
  return (
    `<trt:MediaUri>${tag('tt:Uri', address)}<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>` +
    '<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>'
  );
}

function resolution({ widthPixels, heightPixels }: StreamPlan): string {
  return `<tt:Resolution>${tag('tt:Width', widthPixels)}${tag('tt:Height', heightPixels)}</tt:Resolution>`;
}

function profile(element: string, state: CameraState, role: Role, stream: StreamPlan): string {
  const { main } = state.plan;
  const bounds = `<tt:Bounds x="0" y="0" width="${main.widthPixels}" height="${main.heightPixels}"/>`;
  return (
    `<${element} token="${escapeXml(stream.token)}" fixed="true">${tag('tt:Name', `${role}Stream`)}` +
    '<tt:VideoSourceConfiguration token="VideoSourceConfig_1"><tt:Name>VideoSourceConfig</tt:Name><tt:UseCount>2</tt:UseCount>' +
    `<tt:SourceToken>VideoSource_1</tt:SourceToken>${bounds}</tt:VideoSourceConfiguration>` +
    (stream.sound ? soundSource : '') +
    `<tt:VideoEncoderConfiguration token="VideoEncoder_${role}">${tag('tt:Name', `VideoEncoder_${role}`)}` +
    `<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>${resolution(stream)}<tt:Quality>3</tt:Quality>` +
    `<tt:RateControl>${tag('tt:FrameRateLimit', stream.framesPerSecond)}<tt:EncodingInterval>1</tt:EncodingInterval>` +
    `${tag('tt:BitrateLimit', Math.round(stream.bitsPerSecond / 1000))}</tt:RateControl>` +
    `<tt:H264>${tag('tt:GovLength', stream.keyframeEvery)}${tag('tt:H264Profile', h264Profiles[stream.profile])}</tt:H264>` +
    `${multicast}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>` +
    (stream.sound ? soundEncoder(stream) : '') +
    (state.plan.onvif?.ptz ? ptzConfiguration('tt:PTZConfiguration') : '') +
    `</${element}>`
  );
}

function profile2(state: CameraState, role: Role, stream: StreamPlan): string {
  const profileName =
    stream.video === 'H.264' ? { baseline: 'Baseline', main: 'Main', high: 'High' }[stream.profile] : 'Main';
  const sound =
    stream.sound === 'AAC' ? { encoding: 'MP4A-LATM', rate: 16 } : { encoding: stream.sound ?? '', rate: 8 };
  return (
    `<tr2:Profiles token="${escapeXml(stream.token)}" fixed="true">${tag('tr2:Name', `${role}Stream`)}<tr2:Configurations>` +
    '<tr2:VideoSource token="VideoSourceConfig_1"><tt:Name>VideoSourceConfig</tt:Name><tt:UseCount>2</tt:UseCount>' +
    '<tt:SourceToken>VideoSource_1</tt:SourceToken>' +
    `<tt:Bounds x="0" y="0" width="${state.plan.main.widthPixels}" height="${state.plan.main.heightPixels}"/></tr2:VideoSource>` +
    `<tr2:VideoEncoder token="VideoEncoder_${role}" GovLength="${stream.keyframeEvery}" Profile="${profileName}">` +
    `${tag('tt:Name', `VideoEncoder_${role}`)}<tt:UseCount>1</tt:UseCount>` +
    `${tag('tt:Encoding', stream.video === 'H.264' ? 'H264' : 'H265')}${resolution(stream)}` +
    `<tt:RateControl ConstantBitRate="false">${tag('tt:FrameRateLimit', stream.framesPerSecond)}` +
    `${tag('tt:BitrateLimit', Math.round(stream.bitsPerSecond / 1000))}</tt:RateControl><tt:Quality>3</tt:Quality></tr2:VideoEncoder>` +
    (stream.sound
      ? `<tr2:AudioEncoder token="AudioEncoder_1"><tt:Name>AudioEncoder</tt:Name><tt:UseCount>1</tt:UseCount>` +
        `${tag('tt:Encoding', sound.encoding)}<tt:Bitrate>32</tt:Bitrate>${tag('tt:SampleRate', sound.rate)}</tr2:AudioEncoder>`
      : '') +
    (state.plan.onvif?.ptz ? ptzConfiguration('tr2:PTZ') : '') +
    '</tr2:Configurations></tr2:Profiles>'
  );
}

const h264Profiles = { baseline: 'Baseline', main: 'Main', high: 'High' };

const soundSource =
  '<tt:AudioSourceConfiguration token="AudioSourceConfig_1"><tt:Name>AudioSourceConfig</tt:Name><tt:UseCount>1</tt:UseCount>' +
  '<tt:SourceToken>AudioSource_1</tt:SourceToken></tt:AudioSourceConfiguration>';

const multicast =
  '<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port>' +
  '<tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>';

function soundEncoder(stream: StreamPlan): string {
  const aac = stream.sound === 'AAC';
  return (
    '<tt:AudioEncoderConfiguration token="AudioEncoder_1"><tt:Name>AudioEncoder</tt:Name><tt:UseCount>1</tt:UseCount>' +
    `${tag('tt:Encoding', aac ? 'AAC' : 'G711')}${tag('tt:Bitrate', aac ? 32 : 64)}${tag('tt:SampleRate', aac ? 16 : 8)}` +
    `${multicast}<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:AudioEncoderConfiguration>`
  );
}

/** The same in a profile and in the PTZ service. */
export function ptzConfiguration(element: string): string {
  const generic = 'http://www.onvif.org/ver10/tptz';
  return (
    `<${element} token="PTZConfig_1"><tt:Name>PTZConfig</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>PTZNode_1</tt:NodeToken>` +
    tag('tt:DefaultAbsolutePantTiltPositionSpace', `${generic}/PanTiltSpaces/PositionGenericSpace`) +
    tag('tt:DefaultAbsoluteZoomPositionSpace', `${generic}/ZoomSpaces/PositionGenericSpace`) +
    tag('tt:DefaultRelativePanTiltTranslationSpace', `${generic}/PanTiltSpaces/TranslationGenericSpace`) +
    tag('tt:DefaultRelativeZoomTranslationSpace', `${generic}/ZoomSpaces/TranslationGenericSpace`) +
    tag('tt:DefaultContinuousPanTiltVelocitySpace', `${generic}/PanTiltSpaces/VelocityGenericSpace`) +
    tag('tt:DefaultContinuousZoomVelocitySpace', `${generic}/ZoomSpaces/VelocityGenericSpace`) +
    `<tt:DefaultPTZTimeout>PT5S</tt:DefaultPTZTimeout></${element}>`
  );
}
