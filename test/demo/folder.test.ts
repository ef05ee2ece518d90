import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withoutSettings } from '../../src/demo/child.ts';
import { keptFolder, temporaryFolder } from '../../src/demo/folder.ts';
import { nextSteps } from '../../src/demo/next-steps.ts';
import { runningConfig } from '../../src/demo/settings.ts';

async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'funnels-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('the folder of the demo', () => {
  it('is gone with everything in it when it is left', async () => {
    const folder = await temporaryFolder();
    await folder.configure(runningConfig('http://127.0.0.1:1/v3'));
    await writeFile(folder.database, '');
    expect((await readdir(folder.path)).sort()).toEqual(['config.yaml', 'funnels.sqlite']);
    await folder.leave();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('stays when it is to be kept, with a configuration that leads to no Brevo', async () => {
    const path = join(await emptyFolder(), 'demo');
    const folder = await keptFolder(path);
    await folder.configure(runningConfig('http://127.0.0.1:1/v3'));
    expect(await readFile(join(path, 'config.yaml'), 'utf8')).toMatch(/^ {2}baseUrl: http:\/\/127\.0\.0\.1:1\/v3$/m);
    await folder.leave();
    const kept = await readFile(join(path, 'config.yaml'), 'utf8');
    expect(kept).toContain('url: sqlite:./funnels.sqlite');
    expect(kept).not.toMatch(/^[^#]*(baseUrl|apiKey|127\.0\.0\.1)/m);
  });

  it('must be empty to be kept in, and a folder', async () => {
    const path = await emptyFolder();
    await writeFile(join(path, 'notes.txt'), '');
    await expect(keptFolder(path)).rejects.toMatchObject({
      kind: 'usage',
      message: `--keep ${path}: the folder is not empty.`,
      hint: expect.stringContaining('empty'),
    });
    await expect(keptFolder(join(path, 'notes.txt'))).rejects.toMatchObject({ kind: 'usage' });
    expect(await readdir(path)).toEqual(['notes.txt']);
  });
});

describe('the environment of the commands', () => {
  it('holds nothing that configures the program', () => {
    const given = { PATH: '/bin', FUNNELS_CONFIG: '/etc/x', funnels_database_url: 'x', BREVO_API_KEY: 'secret' };
    const more = { CREDENTIALS_DIRECTORY: '/run/x', NO_COLOR: '1', MY_FUNNELS_CONFIG: 'stays' };
    expect(withoutSettings({ ...given, ...more })).toEqual({ PATH: '/bin', NO_COLOR: '1', MY_FUNNELS_CONFIG: 'stays' });
  });
});

describe('the next steps', () => {
  it('use the configuration in the folder that was kept, as a shell takes its name', () => {
    expect(nextSteps('./demo/')).toContain('funnels find-duplicates --config ./demo/config.yaml');
    expect(nextSteps("it's here")).toContain(`funnels find-duplicates --config 'it'\\''s here/config.yaml'`);
    expect(nextSteps(null).join()).toContain('funnels demo --keep');
  });
});
