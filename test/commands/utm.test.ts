import { describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';

const utm = (words: string[], environment: Record<string, string> = {}) =>
  runFunnels(['utm', ...words], { environment });

describe('funnels utm', () => {
  it('prints the link alone on stdout, and on stderr what it replaced; no database is configured', async () => {
    expect(await utm(['https://testizer.com/a?b=c&utm_source=x#d', '--funnel', 'language'])).toMatchObject({
      code: 0,
      stdout: 'https://testizer.com/a?b=c&utm_source=testizer&utm_medium=email&utm_campaign=language_funnel#d\n',
      stderr: 'Replaced utm_source=x, which was in the link.\n',
    });
  });

  it('takes its values from the configuration, and gives them with --json', async () => {
    const environment = { FUNNELS_UTM_SOURCE: 'shop', FUNNELS_UTM_CAMPAIGNS_NON_LANGUAGE: 'other.2026' };
    const run = await utm(['https://testizer.com', '--funnel', 'non_language', '--json'], environment);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual({
      link: 'https://testizer.com?utm_source=shop&utm_medium=email&utm_campaign=other.2026',
      funnel: 'non_language',
      tags: { utm_source: 'shop', utm_medium: 'email', utm_campaign: 'other.2026' },
      replaced: [],
    });
  });

  it.each([
    [['javascript:alert(1)', '--funnel', 'language'], 'begins with https:// or http://, not with "javascript:".'],
    [['https://x.org'], '--funnel is missing.'],
    [['--funnel', 'language'], 'URL is missing: the link, from https:// on.'],
    [['https://x.org', '--funnel', 'languages'], 'Did you mean --funnel language?'],
  ])('ends with 64 for %j', async (words, sentence) => {
    const run = await utm(words);
    expect(run).toMatchObject({ code: 64, stdout: '' });
    expect(run.stderr).toContain(sentence);
  });
});
