import { configDefaults, defineConfig } from 'vitest/config';
import { forgetSettings } from './test/support/forget-settings.ts';

forgetSettings(process.env);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    // Whole machines made anew, minutes each: npm run test:long
    exclude: [...configDefaults.exclude, ...(process.env.FUNNELS_TEST_LONG ? [] : ['test/long/**'])],
    // Both cores are busy with processes that the tests start; a limit is for hangs only.
    // Much of the time they wait, for a process or a timer, so more than there are cores keep those busy.
    maxWorkers: 4,
    // Nothing of ours lives in modules; a worker that stays saves the loading of all of them for every file.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TZ: 'Asia/Kathmandu', NO_COLOR: '1' },
  },
});
