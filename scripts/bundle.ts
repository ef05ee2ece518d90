import { mkdirSync } from 'node:fs';
import { bundle } from './executable.ts';

// Makes dist/funnels.cjs, the program with its packages in one file of JavaScript.
mkdirSync('dist', { recursive: true });
await bundle('dist/funnels.cjs');
