/** Whether this computer has a way to a camera, by the interfaces that it has. */
import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { type Interfaces, Way } from '../../../main/core/video/way.ts';

function entry(cidr: string, internal = false): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/');
  const common = { address, netmask: '', mac: '', internal, cidr };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const lo = [entry('127.0.0.1/8', true), entry('::1/128', true)];

class Computer {
  interfaces: Interfaces;
  constructor(interfaces: Interfaces) {
    this.interfaces = { lo, ...interfaces };
  }
  has(interfaces: Interfaces): void {
    this.interfaces = { lo, ...interfaces };
  }
  way(host: string): Way {
    return new Way(
      () => host,
      () => this.interfaces,
    );
  }
}

test('without any interface but the loopback there is no way to a camera, and one to this computer itself', () => {
  const computer = new Computer({});
  for (const host of ['192.168.1.20', '10.0.0.7', 'camera.lan', '[fd00::7]', 'fd00::7'])
    assert.ok(computer.way(host).isGone(), host);
  for (const host of ['127.0.0.11', 'localhost', '[::1]']) assert.ok(!computer.way(host).isGone(), host);
});

test('the interface of the camera’s network went, and another one is there: the way is gone', () => {
  const computer = new Computer({ eth0: [entry('192.168.1.5/24')], wlan0: [entry('10.1.2.3/16')] });
  const way = computer.way('192.168.1.20');
  assert.ok(!way.isGone());
  computer.has({ wlan0: [entry('10.1.2.3/16')] });
  assert.ok(way.isGone());
  // Another address in the same network will do.
  computer.has({ eth1: [entry('192.168.1.9/24')] });
  assert.ok(!way.isGone());
});

test('a camera behind a router is as near as any network', () => {
  const computer = new Computer({ eth0: [entry('192.168.1.5/24')] });
  const way = computer.way('10.9.9.9');
  assert.ok(!way.isGone());
  computer.has({ wlan0: [entry('172.16.0.2/12')] });
  assert.ok(!way.isGone(), 'whether a router leads there only a try tells');
  computer.has({});
  assert.ok(way.isGone());
});

test('an address that a computer gave itself leads nowhere but to its neighbours', () => {
  const computer = new Computer({ eth0: [entry('169.254.7.7/16'), entry('fe80::1/64')] });
  assert.ok(computer.way('192.168.1.20').isGone());
  assert.ok(computer.way('camera.lan').isGone());
  assert.ok(!computer.way('169.254.1.1').isGone());
});

test('IPv4 is no way to IPv6, nor the other way round', () => {
  const computer = new Computer({ eth0: [entry('192.168.1.5/24')] });
  assert.ok(computer.way('fd00::7').isGone());
  computer.has({ eth0: [entry('fd00::5/64')] });
  assert.ok(computer.way('192.168.1.20').isGone());
  assert.ok(!computer.way('[fd00::7]').isGone());
});

test('whatever the system says of an interface does no harm', () => {
  const odd = ['', '/', '192.168.1.5', '192.168.1.5/', 'x/24'].map((cidr) => ({ ...entry('192.168.1.5/24'), cidr }));
  for (const one of [...odd, { ...entry('192.168.1.5/24'), cidr: null }])
    assert.ok(!new Computer({ eth0: [one] }).way('192.168.1.20').isGone());
});
