// System packages on Debian and Ubuntu: installed when missing, as root or with passwordless sudo, and named; else the
// one command to run is printed. On other systems nothing is installed: the steps after this one say what they miss.
import { existsSync, readFileSync } from 'node:fs';
import { downloadsCanBeHad } from './downloads.mjs';
import { chromiumProgram, ffmpegProgram, onPath } from './programs.mjs';
import { keytarWorks, nodeHeaders } from './keytar.mjs';
import { quietly, say, stop, tail } from './say.mjs';

const gstreamer = [
  'gstreamer1.0-tools',
  'python3-gi',
  'gir1.2-gst-rtsp-server-1.0',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
];

function isDebian() {
  if (process.platform !== 'linux' || !onPath(['apt-get'])) return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Debian packages that are missing, each found out by what it is needed for. */
async function missing({ electron, forTests }) {
  const wanted = new Set();
  const need = (there, ...names) => {
    if (!there) for (const name of names) wanted.add(name);
  };
  if (!ffmpegProgram() && !(await downloadsCanBeHad())) need(false, 'ffmpeg');
  if (!electron) need(chromiumProgram(), 'chromium');
  if (!keytarWorks()) {
    const builds = quietly('pkg-config', ['--exists', 'libsecret-1']).ok;
    if (!(await downloadsCanBeHad())) {
      need(builds, 'libsecret-1-dev', 'pkg-config');
      need(onPath(['g++', 'c++']) && onPath(['make']), 'build-essential');
      need(onPath(['python3']), 'python3');
      need(nodeHeaders(), 'libnode-dev');
    } else need(builds || existsSync('/usr/lib/x86_64-linux-gnu/libsecret-1.so.0'), 'libsecret-1-0');
  }
  // The understudy's file dialogs.
  if (!electron && (process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) need(onPath(['zenity']), 'zenity');
  need(onPath(['dbus-run-session']), 'dbus');
  need(onPath(['gnome-keyring-daemon']), 'gnome-keyring');
  if (forTests) {
    need(onPath(['age']), 'age');
    need(quietly('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1']).ok, 'faketime');
    need(onPath(['ip']) && onPath(['ss']), 'iproute2');
    need(onPath(['Xvfb']) || !electron, 'xvfb');
    need(quietly('/usr/bin/python3', ['-c', 'import gi; gi.require_version("GstRtspServer", "1.0")']).ok, ...gstreamer);
    need(
      quietly('gst-inspect-1.0', ['x264enc']).ok ||
        quietly('sh', ['-c', 'ls /usr/lib/*/gstreamer-1.0/libgstx264.so']).ok,
      ...gstreamer,
    );
  }
  return [...wanted];
}

export async function installPackages(needs) {
  if (!isDebian()) return;
  const names = await missing(needs);
  if (!names.length) return;
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...names];
  const root = process.getuid?.() === 0;
  const sudo = root ? [] : ['sudo', '-n'];
  if (!root && !quietly('sudo', ['-n', 'true']).ok)
    stop(`These packages are missing. Install them, then run this again:\n  sudo ${install.join(' ')}`);
  say('system', `installing ${names.join(', ')} …`);
  const apt = (args) => {
    const [program, ...rest] = [...sudo, ...args];
    return quietly(program, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  };
  apt(['apt-get', 'update']);
  const done = apt(install);
  if (!done.ok) stop(`The packages could not be installed (${install.join(' ')}):\n${tail(done.text)}`);
  say('system', 'installed');
}
