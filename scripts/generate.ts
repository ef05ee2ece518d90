import { writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.ts';

// Writes every generated file anew; `npm run check` fails when one of them is not up to date.
for (const { path, text } of await generatedFiles(process.cwd())) writeFileSync(path, text);
