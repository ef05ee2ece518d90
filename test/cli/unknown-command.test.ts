import { describe, expect, it } from 'vitest';
import { unknownCommand } from '../../src/cli/unknown-command.ts';

const commands = ['config:check', 'drain-outbox', 'help', 'migrate', 'migrate:status', 'report:conversions', 'sync'];

describe('words that are no command', () => {
  it.each([
    ['snc', 'There is no command "snc".', 'Did you mean: funnels sync'],
    ['SYNC', 'There is no command "SYNC".', 'Did you mean: funnels sync'],
    ['drain', 'There is no command "drain".', 'Did you mean: funnels drain-outbox'],
    ['conversions', 'There is no command "conversions".', 'Did you mean: funnels report conversions'],
    ['snc:now', 'There is no command "snc now".', 'Did you mean: funnels sync'],
    ['reports:conversions', 'There is no command "reports conversions".', 'Did you mean: funnels report conversions'],
    ['report:converions', 'There is no command "report converions".', 'Did you mean: funnels report conversions'],
    [
      'report:frobnicate',
      'There is no command "report frobnicate".',
      'Run funnels report --help for the list of commands.',
    ],
    ['', 'There is no command "".', 'Run funnels --help for the list of commands.'],
  ])('%j is answered with the nearest one, or where they are listed', (id, message, hint) => {
    expect(unknownCommand(id, commands)).toEqual({ message, hint });
  });

  it('are arguments after a command, which takes none', () => {
    expect(unknownCommand('sync:all:people', commands)).toEqual({
      message: 'funnels sync takes no arguments, but was given "all people".',
      hint: 'See: funnels sync --help',
    });
    expect(unknownCommand('migrate:status:now', commands).message).toMatch(/^funnels migrate status takes/);
  });

  it('may be a mistyped command below another', () => {
    expect(unknownCommand('migrate:stats', commands).hint).toBe('Did you mean: funnels migrate status');
    expect(unknownCommand('migrate:everything', commands).hint).toBe('See: funnels migrate --help');
  });

  it('may be a flag that came too early; its value is not repeated', () => {
    expect(unknownCommand('--password=hunter2', commands)).toEqual({
      message: 'There is no command before --password.',
      hint: 'The command comes first, then its flags. Run funnels --help for the list of commands.',
    });
  });

  it('are repeated without the password of a URL, and not at any length', () => {
    const { message } = unknownCommand('sync:mysql://ann:hunter2@host/name', commands);
    expect(message).toBe('funnels sync takes no arguments, but was given "mysql://ann:***@host/name".');
    expect(unknownCommand('x'.repeat(5000), commands).message.length).toBeLessThan(200);
  });
});
