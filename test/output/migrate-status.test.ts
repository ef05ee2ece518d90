import { describe, expect, it } from 'vitest';
import type { MigrationStatus, MigrationsStatus } from '../../src/migrate/status.ts';
import { renderRepaired, statusFooter } from '../../src/output/migrate-status.ts';

const applied: MigrationStatus = {
  version: 1,
  name: 'create_funnel_entries',
  state: 'applied',
  statements: 1,
  statementsDone: 1,
  inFlight: null,
  error: null,
  startedAt: '2026-01-02 03:04:05',
  appliedAt: '2026-01-02 03:04:06',
  durationMs: 900,
  toolVersion: '1.2.3',
  host: 'web1',
  difference: null,
};
const begun: MigrationStatus = {
  ...applied,
  version: 6,
  state: 'interrupted',
  statements: 5,
  statementsDone: 1,
  inFlight: { number: 2, statement: 'ALTER TABLE brevo_sync_outbox\n  ADD COLUMN lease_token CHAR(36) NULL' },
};
const changed: MigrationStatus = { ...applied, state: 'changed', difference: ['  a', '- b', '+ c'] };
const migrator = {
  host: 'web2',
  pid: 4711,
  connectionId: 77,
  since: '2026-01-02 03:04:05',
  until: '2026-01-02 03:04:45',
};

const footer = (migrations: MigrationStatus[], more: Partial<MigrationsStatus> = {}, verbose = false): string[] =>
  statusFooter({ migrations, pending: 0, migrator: null, ...more }, verbose);

describe('what stands below the list of migrations', () => {
  it('says that all is well, or how to go on', () => {
    expect(footer([applied])).toEqual(['The schema is up to date.']);
    expect(footer([applied, { ...applied, version: 2, state: 'pending' }], { pending: 1 })).toEqual([
      '1 to do. Next: funnels migrate',
    ]);
  });

  it('names the statement that was under way, and what it stopped with', () => {
    expect(footer([begun], { pending: 1 })).toEqual([
      '0006 has 1 of 5 statements done, number 2 is begun: ALTER TABLE brevo_sync_outbox ADD COLUMN lease_token CHAR(36) NULL',
      '1 to do. Next: funnels migrate',
    ]);
    expect(footer([{ ...begun, inFlight: null, error: 'Stopped by a signal.' }], { pending: 1 })[0]).toBe(
      '0006 has 1 of 5 statements done\nIt stopped with: Stopped by a signal.',
    );
  });

  it('names who is at work', () => {
    const [statement, who] = footer([{ ...begun, state: 'running' }], { pending: 1, migrator });
    expect(statement).toContain('number 2 is running: ALTER TABLE');
    expect(who).toBe(
      'Process 4711 on web2 is migrating since 2026-01-02 03:04:05 UTC (connection 77, held until 2026-01-02 03:04:45 UTC).',
    );
  });

  it('shows what differs only when asked for', () => {
    expect(footer([changed])).toEqual([expect.stringMatching(/use the program that matches.*status --verbose\.$/)]);
    const [difference, advice] = footer([changed], {}, true);
    expect(difference).toBe(
      '0001 create_funnel_entries: - applied by funnels 1.2.3 on web1, + in this program\n  a\n- b\n+ c',
    );
    expect(advice).toContain('funnels migrate repair');
  });
});

describe('what a repair says', () => {
  const drift = { version: 1, name: 'one', toolVersion: '1.2.3', host: 'web1', difference: ['  a'] };

  it('is that nothing was written, or what was', () => {
    expect(renderRepaired({ dryRun: true, hasHistory: true, migrations: [drift] })).toBe(
      '0001 one: - applied by funnels 1.2.3 on web1, + in this program\n(Only the recorded checksum differs.)\n\n' +
        'Nothing was written. To let the statements of this program stand for 0001: funnels migrate repair --yes\n',
    );
    expect(renderRepaired({ dryRun: false, hasHistory: true, migrations: [drift, { ...drift, version: 2 }] })).toMatch(
      /The statements of this program are recorded for 0001, 0002 now\. No table was changed\.\n$/,
    );
  });
});
