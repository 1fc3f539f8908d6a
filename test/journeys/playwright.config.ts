// Journeys: the app as its user uses it, in a real page, one after the other (cameras and CPU are shared).
import { defineConfig } from 'playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: { screenshot: 'only-on-failure', actionTimeout: 15_000 },
  outputDir: '../../out/test/journeys',
  reporter: [['list'], ['json', { outputFile: process.env['NIGHTJAR_REPORT'] ?? '../../out/test/journeys.json' }]],
});
