import { describe, expect, it } from 'vitest';
import { modxTables } from '../../src/modx/tables.ts';

describe("the names of the site's tables", () => {
  it('stand alone, with a prefix, or in another schema', () => {
    expect(modxTables({ database: undefined, tablePrefix: '' }, 'sqlite').finishedTests).toBe('`simpletest_users`');
    expect(modxTables({ database: undefined, tablePrefix: 'a_' }, 'mysql').payments).toBe('`a_modx_cert_payment`');
    expect(modxTables({ database: 'site', tablePrefix: 'a_' }, 'mysql').tests).toBe('`site`.`a_simpletest_test`');
  });

  it('cannot end their quotes', () => {
    expect(modxTables({ database: 'a`b', tablePrefix: '`; -- ' }, 'mysql').languages).toBe(
      '`a``b`.```; -- simpletest_lang`',
    );
  });

  it('cannot be in another schema in the embedded engine', () => {
    expect(() => modxTables({ database: 'site', tablePrefix: '' }, 'sqlite')).toThrow(
      expect.objectContaining({ kind: 'configuration', hint: expect.stringContaining('modx.database') }),
    );
  });
});
