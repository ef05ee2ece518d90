import { mkdirSync, rmSync, statSync } from 'node:fs';
import { buildExecutable } from './executable.ts';

// Makes dist/funnels: the program in one file, which needs nothing else on the machine it runs on.
const program = 'dist/funnels';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await buildExecutable(program);
console.log(`${program}: ${(statSync(program).size / 1_000_000).toFixed(1)} MB`);
