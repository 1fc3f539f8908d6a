/** The packaging plan passes electron-builder's own check, and closes every door that a fuse can close. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../../..');

interface Plan {
  electronFuses: Record<string, boolean>;
  asarUnpack: string[];
  files: string[];
  publish: null;
  mac: { hardenedRuntime: boolean; entitlements: string; icon: string };
  win: { icon: string };
  linux: { icon: string };
  extraResources: { from: string; to: string }[];
}

// Safe: these are the functions with which electron-builder reads and checks its own configuration (26.17).
const requireHere = createRequire(import.meta.url);
const { getConfig, validateConfiguration } = requireHere('app-builder-lib/out/util/config/config') as {
  getConfig: (projectFolder: string, file: string, options: null) => Promise<Plan>;
  validateConfiguration: (plan: unknown, debugLogger: { isEnabled: boolean }) => Promise<void>;
};

async function readPlan(): Promise<Plan> {
  return await getConfig(root, 'build/electron-builder.yml', null);
}

async function check(plan: unknown): Promise<void> {
  await validateConfiguration(plan, { isEnabled: false });
}

test('electron-builder accepts the plan', async () => {
  await check(await readPlan());
});

test('the check sees an unknown option, a wrong fuse and a wrong target', async () => {
  const plan = await readPlan();
  await assert.rejects(check({ ...plan, telemetry: true }), /telemetry/);
  await assert.rejects(
    check({ ...plan, electronFuses: { ...plan.electronFuses, runAsNodes: false } }),
    /electronFuses/,
  );
  await assert.rejects(check({ ...plan, electronFuses: { runAsNode: 'no' } }), /electronFuses/);
  await assert.rejects(check({ ...plan, mac: { ...plan.mac, hardenedRuntime: 'yes' } }), /hardenedRuntime/);
});

test('every fuse that opens the app to others is off, and every one that guards it is on', async () => {
  const { electronFuses } = await readPlan();
  assert.deepEqual(electronFuses, {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  });
});

test('no package asks a server for updates, and native modules lie outside the archive', async () => {
  const plan = await readPlan();
  assert.equal(plan.publish, null);
  assert.deepEqual(plan.asarUnpack, ['node_modules/keytar/**', 'node_modules/sodium-native/**']);
});

test('every file that the plan names is there', async () => {
  const plan = await readPlan();
  const named = [plan.mac.entitlements, plan.mac.icon, plan.win.icon, plan.linux.icon];
  const packed = plan.extraResources.map((each) => each.from);
  for (const file of [...named, ...packed]) assert.ok(existsSync(path.join(root, file)), file);
});
