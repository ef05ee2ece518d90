import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // Both cores are busy with processes that the tests start; a limit is for hangs only.
    // Much of the time they wait, for a process or a timer, so more than there are cores keep those busy.
    maxWorkers: 4,
    // Nothing of ours lives in modules; a worker that stays saves the loading of all of them for every file.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TZ: 'Asia/Kathmandu', NO_COLOR: '1' },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'] } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'] } },
    ],
  },
});
