import { describe, expect, it } from 'vitest';
import { prepareJourney } from './journey.ts';

const remark = 'No funnel entries found.';

describe('what the program says besides its results', () => {
  it('obeys log.level and log.format, and stays out of stdout and out of JSON', async () => {
    const { funnels } = await prepareJourney();
    await funnels('migrate');
    const [info, error, json, asJson, elsewhere] = await Promise.all([
      funnels('report conversions'),
      funnels('report conversions', { FUNNELS_LOG_LEVEL: 'error' }),
      funnels('report conversions', { FUNNELS_LOG_FORMAT: 'json' }),
      funnels('report conversions --json', { FUNNELS_LOG_FORMAT: 'json' }),
      // Not the stream that this stderr is: the variable was inherited.
      funnels('report conversions', { JOURNAL_STREAM: '8:1234' }),
    ]);
    expect(info.stderr).toBe(`${remark}\n`);
    expect(error.stderr).toBe('');
    expect(JSON.parse(json.stderr)).toMatchObject({ level: 'info', message: remark });
    expect(asJson.stderr).toBe('');
    expect(elsewhere.stderr).toBe(info.stderr);
    expect([error.stdout, json.stdout, elsewhere.stdout]).toEqual([info.stdout, info.stdout, info.stdout]);
  });

  it('is one JSON object a line for errors too, with the hint in it', async () => {
    const { funnels } = await prepareJourney();
    const { code, stderr } = await funnels('report conversions', { FUNNELS_LOG_FORMAT: 'json' });
    expect(code).toBe(65);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/\n.*funnels migrate$/),
    });
  });
});
