import { embeddedMigrations } from './embed-migrations.ts';

/** A file that is made from others and committed; `path` is relative to the repository. */
export interface GeneratedFile {
  path: string;
  text: string;
}

/** Every generated file with the text it ought to have. */
export async function generatedFiles(root: string): Promise<GeneratedFile[]> {
  return [{ path: 'src/migrate/embedded.ts', text: embeddedMigrations(root) }];
}
