import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, parseDocument } from 'yaml';
import { formatDatabaseUrl } from '../../src/config/database-url.ts';
import { givableKeys } from '../../src/config/keys.ts';
import { loadSettings } from '../../src/config/load.ts';
import { loadYaml } from './config-folder.ts';

const example = readFileSync('config.example.yaml', 'utf8');
// "#key:" is a key that is not set, "# words" a comment.
const everyKeySet = example.replace(/^( *)#(?=\w+:)/gm, '$1');

function pathsOf(node: unknown, path: string[] = []): string[] {
  if (!isMap(node)) return [path.join('.')];
  return node.items.flatMap(({ key, value }) => pathsOf(value, [...path, isScalar(key) ? String(key.value) : '']));
}

describe('config.example.yaml', () => {
  it('loads as it is, with the defaults it states', async () => {
    const { settings, origins } = await loadSettings({
      flag: 'config.example.yaml',
      environment: {},
      cwd: process.cwd(),
    });
    // Whoever forgets to set the lists is told that the funnels are skipped, and fills nobody else's list.
    expect(settings.funnels.language.listId).toBeUndefined();
    expect(settings.brevo.apiKey).toBeUndefined();
    const { settings: bare } = await loadYaml('', {
      FUNNELS_DATABASE_URL: formatDatabaseUrl(settings.database.location),
    });
    expect(settings).toEqual(bare);
    expect(origins.get('sync.batchSize')).toBe('file');
  });

  it('names every key, each under a comment of its own', () => {
    expect(pathsOf(parseDocument(everyKeySet).contents)).toEqual(
      expect.arrayContaining(givableKeys.map(({ key }) => key)),
    );
    const lines = example.split('\n');
    const leaves = lines.flatMap((line, index) =>
      /^ +#?\w+: \S/.test(line) ? [[line, lines[index - 1]] as const] : [],
    );
    expect(leaves).toHaveLength(givableKeys.length);
    for (const [line, above] of leaves) expect([line, above]).toEqual([line, expect.stringMatching(/^ *# /)]);
  });

  it('is right in the keys it leaves out too, once their files exist', async () => {
    const yaml = everyKeySet.replace(/^ +(passwordFile|tlsCaFile|apiKeyFile):.*\n/gm, '');
    expect((await loadYaml(yaml)).settings.brevo.apiKey).toBe('xkeysib-replace-me');
  });
});
