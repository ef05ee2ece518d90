import { type Browser, chromium } from 'playwright-core';
import { installOnDebian } from './debian-package.ts';
import { findProgram } from './programs.ts';

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
  const executablePath = await chromiumProgram();
  // The sandbox refuses to start for root.
  return chromium.launch({ executablePath, args: quiet, chromiumSandbox: process.getuid?.() !== 0, timeout: 120_000 });
}

async function chromiumProgram(): Promise<string> {
  const given = process.env.FUNNELS_TEST_CHROMIUM;
  if (given !== undefined && given !== '') return given;
  let found = findProgram(...names);
  if (found === undefined && (await installOnDebian('chromium'))) found = findProgram(...names);
  if (found === undefined) {
    throw new Error(
      'The tests of the HTML report need a browser, and chromium was not found. Install it (Debian: apt-get install ' +
        'chromium; Fedora: dnf install chromium; macOS: brew install --cask chromium), or set FUNNELS_TEST_CHROMIUM to the ' +
        'path of a Chromium or Chrome.',
    );
  }
  return found;
}
