import type { Engine } from '../database/database.ts';

/** A table of the predecessor's as one of our migrations would have made it. */
export interface ExpectedTable {
  /** the migration that would have made it */
  version: number;
  name: string;
  engine: string | null;
  /** the columns the analytics guide names, 1 and 2, as describeColumn tells them */
  columns: Readonly<Record<string, string>>;
  /** the migration that brings these columns, and the engine, into our form whatever they were; the others stay */
  converted: { by: number; columns: readonly string[] } | null;
}

const mysql: readonly ExpectedTable[] = [
  {
    version: 1,
    name: 'funnel_entries',
    engine: 'InnoDB',
    columns: {
      id: 'bigint not null auto_increment',
      email: 'varchar(255) utf8mb4_bin not null',
      funnel_type: 'varchar(32) utf8mb4_bin not null',
      user_id: 'bigint',
      test_id: 'bigint',
      entered_at: 'datetime not null default current_timestamp',
      certificate_purchased: 'tinyint not null default 0',
      certificate_purchased_at: 'datetime',
    },
    converted: { by: 3, columns: ['email', 'funnel_type', 'user_id', 'test_id'] },
  },
  {
    version: 2,
    name: 'brevo_sync_outbox',
    engine: 'InnoDB',
    columns: {
      id: 'bigint not null auto_increment',
      funnel_entry_id: 'bigint not null',
      operation_type: 'varchar(64) utf8mb4_bin not null',
      payload: 'text utf8mb4_bin not null',
      status: "varchar(16) utf8mb4_bin not null default 'pending'",
      retry_count: 'int not null default 0',
      last_error: 'text utf8mb4_bin',
      next_attempt_at: 'datetime',
      created_at: 'datetime not null default current_timestamp',
      updated_at: 'datetime not null default current_timestamp',
    },
    converted: { by: 6, columns: ['operation_type', 'payload', 'status', 'last_error'] },
  },
];

const sqlite: readonly ExpectedTable[] = [
  {
    version: 1,
    name: 'funnel_entries',
    engine: null,
    columns: {
      id: 'integer not null auto_increment',
      email: 'text not null',
      funnel_type: 'text not null',
      user_id: 'integer',
      test_id: 'integer',
      entered_at: 'text not null default current_timestamp',
      certificate_purchased: 'integer not null default 0',
      certificate_purchased_at: 'text',
    },
    // Migration 3 makes the whole table anew.
    converted: {
      by: 3,
      columns: [
        ...['id', 'email', 'funnel_type', 'user_id', 'test_id'],
        ...['entered_at', 'certificate_purchased', 'certificate_purchased_at'],
      ],
    },
  },
  {
    version: 2,
    name: 'brevo_sync_outbox',
    engine: null,
    columns: {
      id: 'integer not null auto_increment',
      funnel_entry_id: 'integer not null',
      operation_type: 'text not null',
      payload: 'text not null',
      status: "text not null default 'pending'",
      retry_count: 'integer not null default 0',
      last_error: 'text',
      next_attempt_at: 'text',
      created_at: 'text not null default current_timestamp',
      updated_at: 'text not null default current_timestamp',
    },
    converted: null,
  },
];

/** The predecessor's two tables as migrations 1 and 2 make them; a test compares this with what they really make. */
export const expectedTables: Readonly<Record<Engine, readonly ExpectedTable[]>> = { mysql, sqlite };

/** What makes an entry one of a kind (analytics guide, 1.1), and the index that migration 4 makes of it. */
export const uniqueColumns = ['email', 'funnel_type', 'test_id'] as const;
export const uniqueKeyName = 'funnel_entries_unique';
