import { describe, expect, it } from 'vitest';
import { runFunnels } from '../support/program.ts';

const seeHelp = 'Add --help to see what the command takes.';
const list = 'Run funnels --help for the list of commands.';

const mistakes: [line: string, message: string, hint: string][] = [
  ['snc', 'There is no command "snc".', 'Did you mean: funnels sync'],
  ['report converions', 'There is no command "report converions".', 'Did you mean: funnels report conversions'],
  ['help frobnicate', 'There is no command "frobnicate".', list],
  ['sync everything', 'funnels sync takes no arguments, but was given "everything".', 'See: funnels sync --help'],
  ['sync -- everything', 'The command takes no arguments, but was given "everything".', seeHelp],
  ['sync --dryrun', 'There is no flag --dryrun.', 'Did you mean --dry-run?'],
  ['sync -x --frobnicate=1', 'There are no flags -x, --frobnicate.', seeHelp],
  ['drain-outbox --limit', '--limit needs a value.', seeHelp],
  ['drain-outbox --limit many', '--limit takes a whole number, not "many".', seeHelp],
  ['drain-outbox --limit 0', '--limit takes a whole number of 1 or more, not "0".', seeHelp],
  [
    'report conversions --format jsno',
    '--format takes one of table, tsv, csv, markdown, json, plain, html, not "jsno".',
    'Did you mean --format json?',
  ],
  ['sync -n=true', '-n takes no value.', 'Write -n alone, or leave it out.'],
  ['sync --dry-run=yes', '--dry-run takes no value.', 'Write --dry-run alone, or leave it out.'],
  ['sync --config=', '--config needs a value.', seeHelp],
  ['sync --limit 99999999999999999999', '--limit takes a number of at most 15 digits.', seeHelp],
  ['outbox show 1 2', 'The command takes ID alone, but was given "2".', seeHelp],
  ['reports', 'There is no command "reports".', 'Did you mean: funnels report'],
  ['reports conversions', 'There is no command "reports conversions".', 'Did you mean: funnels report conversions'],
  [
    'report -- conversions',
    'funnels report needs the name of one of its commands before --.',
    'Did you mean: funnels report conversions',
  ],
  ['migrate repair --yes --dry-run', '--dry-run does not go with --yes.', 'Leave out one of the two.'],
  ['find-duplicates --format', '--format needs a value: one of table, tsv, csv, markdown, json.', seeHelp],
];

describe.concurrent('wrong usage', () => {
  it.each(mistakes)('"funnels %s" is told in two lines on stderr and ends with 64', async (line, message, hint) => {
    expect(await runFunnels(line.split(' '))).toEqual({
      code: 64,
      signal: null,
      stdout: '',
      stderr: `Error: ${message}\n${hint}\n`,
    });
  });

  it.each(
    mistakes.filter(([line]) => ['snc', 'sync everything', 'sync --dryrun', 'drain-outbox --limit 0'].includes(line)),
  )('"funnels %s --json" is one JSON object on stdout, and nothing else', async (line, message, hint) => {
    const { code, stdout, stderr } = await runFunnels([...line.split(' '), '--json']);
    expect({ code, stderr }).toEqual({ code: 64, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage', message, exit: 64, hint } });
  });

  it('is neither an h among short flags nor two wishes about colours', async () => {
    const [short, long, colors] = await Promise.all([
      runFunnels(['sync', '-nh']),
      runFunnels(['sync', '--help']),
      runFunnels(['--version'], { environment: { NO_COLOR: '1', FORCE_COLOR: '1' } }),
    ]);
    expect(short).toEqual(long);
    expect(colors).toMatchObject({ code: 0, stderr: '' });
  });

  it('is a flag before the command', async () => {
    expect(await runFunnels(['--config', '/etc/funnels/config.yaml', 'sync'])).toMatchObject({
      code: 64,
      stdout: '',
      stderr:
        'Error: There is no command before --config.\n' +
        'The command comes first, then its flags. Run funnels --help for the list of commands.\n',
    });
  });
});
