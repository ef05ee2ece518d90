import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.ts';

// Makes dist/funnels: the program and its own Node in one file, with no need of either on the machine it runs on.
const folder = 'dist';
const base = `${folder}/node-base`;
const program = `${folder}/funnels${process.platform === 'win32' ? '.exe' : ''}`;
const configuration = `${folder}/sea.json`;
const bundled = `${folder}/funnels.cjs`;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
await bundle(bundled);
copyFileSync(process.execPath, base);
chmodSync(base, 0o755);
// Stripping has to come first: it would throw away what is injected. Without binutils the file is just larger.
const stripped = process.platform === 'linux' && spawnSync('strip', [base]).status === 0;
writeFileSync(
  configuration,
  JSON.stringify({
    main: bundled,
    output: program,
    executable: base,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    // A small young generation: a first sync over a million results then needs a sixth less memory.
    execArgv: ['--max-semi-space-size=4'],
    execArgvExtension: 'none',
  }),
);
execFileSync(process.execPath, ['--build-sea', configuration], { stdio: 'inherit' });
for (const leftover of [base, configuration]) rmSync(leftover);
const size = (path: string): string => `${(statSync(path).size / 1_000_000).toFixed(1)} MB`;
console.log(
  `${program}: ${size(program)} (bundle ${size(bundled)}, base ${stripped ? 'stripped' : 'not stripped: no strip here'})`,
);
