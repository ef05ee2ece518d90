import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPublicSettings } from '../../src/config/load.ts';
import { certificates } from '../support/certificates.ts';
import { complaintsOf, folderWith, loadYaml } from './config-folder.ts';

const verified = 'mysql://funnels@db.example/testizer?ssl=true';

describe('database.tlsCaFile', () => {
  const folder = (): string => folderWith({ 'ca.pem': certificates.authority, 'notes.txt': 'Dear Sir or Madam' });

  it('is read from beside the file, and from the variable, as an absolute path', async () => {
    const path = join(folder(), 'ca.pem');
    const { settings } = await loadYaml(`database: { url: "${verified}", tlsCaFile: ${path} }`);
    expect(settings.database.tlsCaFile).toBe(path);
    const variables = { FUNNELS_DATABASE_URL: verified, FUNNELS_DATABASE_TLS_CA_FILE: path };
    expect((await loadYaml(undefined, variables)).settings.database.tlsCaFile).toBe(path);
    expect((await loadYaml(`database: { url: "${verified}" }`)).settings.database.tlsCaFile).toBeUndefined();
  });

  it.each([
    ['missing.pem', verified, 'cannot be read: it does not exist.'],
    ['notes.txt', verified, 'holds no certificate in PEM form'],
    ['ca.pem', 'mysql://funnels@db.example/testizer', 'only with ?ssl=true in database.url'],
    ['ca.pem', 'mysql://funnels@db.example/testizer?ssl=skip-verify', 'only with ?ssl=true in database.url'],
    ['ca.pem', 'sqlite:/data/f.sqlite', 'only with ?ssl=true in database.url'],
  ])('%s with %s is refused with its place', async (file, url, fault) => {
    const complaints = await complaintsOf(loadYaml(`database: { url: "${url}", tlsCaFile: ${join(folder(), file)} }`));
    expect(complaints).toEqual([expect.stringMatching(/^.*config\.yaml:1:\d+: database\.tlsCaFile /)]);
    expect(complaints[0]).toContain(fault);
  });

  it('is not asked for by commands that use no database', async () => {
    const environment = { FUNNELS_DATABASE_URL: verified, FUNNELS_DATABASE_TLS_CA_FILE: '/nowhere/ca.pem' };
    await loadPublicSettings({ flag: undefined, environment, cwd: folder() });
  });
});
