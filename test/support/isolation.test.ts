import { expect, it, onTestFinished } from 'vitest';
import { forgetSettings } from './forget-settings.ts';
import { noEtc } from './no-etc.ts';
import { runFunnels } from './program.ts';

const leaks = {
  FUNNELS_DATABASE_URL: 'mysql://leak@127.0.0.1:1/leak',
  FUNNELS_CONFIG: '/leak/config.yaml',
  FUNNELS_ETC: '/leak',
  BREVO_API_KEY: 'leak',
  CREDENTIALS_DIRECTORY: '/leak',
};

it('the tests have none of the settings of whoever runs them', () => {
  // .ci/run sets them, so that this fails there when the configuration of vitest no longer takes them away.
  expect(Object.keys(process.env).filter((name) => Object.hasOwn(leaks, name))).toEqual([]);
  const environment = { ...leaks, PATH: '/bin', FUNNELS_TEST_ROUNDS: '3', MY_FUNNELS_TEST: 'x' };
  forgetSettings(environment);
  expect(environment).toEqual({ PATH: '/bin', FUNNELS_TEST_ROUNDS: '3', MY_FUNNELS_TEST: 'x' });
});

it.each([undefined, 'sources', 'deno'])(
  'a program they start has neither these nor a file of the machine (%s)',
  async (program) => {
    Object.assign(process.env, leaks);
    onTestFinished(() => forgetSettings(process.env));
    const { code, stderr } = await runFunnels(['config', 'check'], program === undefined ? {} : { program });
    expect(code).toBe(78);
    expect(stderr).toContain(
      `database.url is not set. Looked in config.yaml (not there) and ${noEtc}/config.yaml (not there)`,
    );
  },
);
