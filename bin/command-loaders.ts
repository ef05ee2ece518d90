import type { CommandLoader } from '../src/cli/plugins.ts';

/** How each command of the manifest is loaded. Literal paths: esbuild and `deno compile` see no others. */
export const commandLoaders: Readonly<Record<string, CommandLoader>> = {
  'config:check': async () => (await import('../commands/config/check.ts')).default,
  'config:example': async () => (await import('../commands/config/example.ts')).default,
  demo: async () => (await import('../commands/demo.ts')).default,
  'drain-outbox': async () => (await import('../commands/drain-outbox.ts')).default,
  'find-duplicates': async () => (await import('../commands/find-duplicates.ts')).default,
  migrate: async () => (await import('../commands/migrate.ts')).default,
  'migrate:grants': async () => (await import('../commands/migrate/grants.ts')).default,
  'migrate:repair': async () => (await import('../commands/migrate/repair.ts')).default,
  'migrate:status': async () => (await import('../commands/migrate/status.ts')).default,
  'outbox:discard': async () => (await import('../commands/outbox/discard.ts')).default,
  'outbox:list': async () => (await import('../commands/outbox/list.ts')).default,
  'outbox:prune': async () => (await import('../commands/outbox/prune.ts')).default,
  'outbox:retry': async () => (await import('../commands/outbox/retry.ts')).default,
  'outbox:show': async () => (await import('../commands/outbox/show.ts')).default,
  'report:cohorts': async () => (await import('../commands/report/cohorts.ts')).default,
  'report:conversions': async () => (await import('../commands/report/conversions.ts')).default,
  'report:people': async () => (await import('../commands/report/people.ts')).default,
  sync: async () => (await import('../commands/sync.ts')).default,
  utm: async () => (await import('../commands/utm.ts')).default,
};
