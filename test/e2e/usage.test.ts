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
