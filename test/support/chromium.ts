import { type Browser, chromium } from 'playwright-core';
import { MissingProgram, requirePrograms } from './debian-package.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

// A browser that keeps to itself: what is tested is one local page, and every request beyond it is a finding.
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium with a profile of its own; whoever starts it closes it. It is FUNNELS_TEST_CHROMIUM, or the
 * first found on PATH; on Debian, as root, it is installed when missing. Throws an Error that says how to get one.
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env.FUNNELS_TEST_CHROMIUM || (await chromiumProgram());
  try {
    // The sandbox refuses to start for root, and all others need it.
    return await chromium.launch({
      executablePath,
      args: quiet,
      chromiumSandbox: process.getuid?.() !== 0,
      timeout: 120_000,
    });
  } catch (error) {
    if (!String(error).includes('No usable sandbox')) throw error;
    throw new MissingProgram(
      'Chromium starts only in its sandbox for anybody but root, and has none here: install it (Debian: sudo apt-get ' +
        'install chromium-sandbox), or run the tests as root.',
    );
  }
}

async function chromiumProgram(): Promise<string> {
  const [program = ''] = await requirePrograms([names], {
    packages: ['chromium', 'chromium-sandbox'],
    purpose: 'The tests of the HTML report look at it in a browser',
    otherwise: 'set FUNNELS_TEST_CHROMIUM to the path of a Chromium or Chrome',
  });
  return program;
}
