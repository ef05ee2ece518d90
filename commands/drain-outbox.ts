import * as Flags from '@oclif/core/flags';
import { createBrevoClient } from '../src/brevo/http-client.ts';
import { BaseCommand, formatFlag } from '../src/cli/base-command.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { log } from '../src/cli/log.ts';
import { longRun } from '../src/cli/long-run.ts';
import { useProxyFor } from '../src/cli/proxy.ts';
import type { Settings } from '../src/config/settings.ts';
import { openDatabase } from '../src/database/open.ts';
import { requireSchema } from '../src/migrate/plan.ts';
import { attributeNames } from '../src/outbox/attribute-names.ts';
import { brevoCalls } from '../src/outbox/brevo-calls.ts';
import { drainOutbox } from '../src/outbox/drain.ts';
import type { DrainResult } from '../src/outbox/drain-result.ts';
import { type DrainPreview, previewDrain } from '../src/outbox/preview.ts';
import { renderDrain, renderPreview } from '../src/output/drain-summary.ts';

export default class DrainOutbox extends BaseCommand {
  static override summary = 'Deliver the due jobs of the outbox to Brevo.';

  static override description = [
    'Claims contacts with due jobs, sends each to Brevo in one call, and records the outcome: sent, to',
    'be tried again later (5, 10, … 25 minutes), or failed. Safe to repeat and to run several times at',
    'once. Ends with 69, 75, 77 or 78 when it had to stop before the outbox was empty; what befalls',
    'everybody is charged to nobody.',
  ].join(' ');

  static override examples = ['<%= config.bin %> drain-outbox', '<%= config.bin %> drain-outbox --dry-run --limit 20'];

  static override flags = {
    limit: Flags.integer({ description: 'Stop after this many jobs.', min: 1, helpValue: 'N' }),
    'dry-run': Flags.boolean({ char: 'n', description: 'Show the due jobs, in a session that cannot write.' }),
    'exit-code': Flags.boolean({ description: 'End with 8 when jobs failed for good.' }),
    format: formatFlag(),
  };

  async run(): Promise<DrainResult | DrainPreview> {
    const { flags } = await this.parse(DrainOutbox);
    const { settings } = await this.loadSettings(flags);
    const options = { format: flags.format, terminal: this.terminal };
    if (flags['dry-run']) {
      const preview = await this.using(openDatabase(settings.database, 'read-only'), async (database) => {
        await requireSchema(database, 'read');
        return previewDrain(database, flags.limit ?? 20, attributeNames(settings.brevo.attributes));
      });
      this.print(renderPreview(preview, options));
      return preview;
    }
    const proxy = useProxyFor(settings.brevo.baseUrl);
    const result = await this.#drain(settings, flags.limit ?? Number.MAX_SAFE_INTEGER);
    this.print(renderDrain(result, options));
    if (flags['exit-code'] && result.failed > 0) process.exitCode ??= exitCodes.findings;
    if (result.stopped !== null) {
      process.exitCode ??= exitCodes[result.stopped.kind];
      const { message, hint } = result.stopped;
      if (!this.jsonEnabled()) log.error([message, hint, proxy].filter((line) => line).join('\n'));
    }
    return result;
  }

  async #drain(settings: Settings, limit: number): Promise<DrainResult> {
    const { brevo, outbox } = settings;
    const client = createBrevoClient({ ...brevo, userAgent: this.config.userAgent });
    return this.using(openDatabase(settings.database, 'read-write'), async (database) => {
      const inform = (text: string): void => log.info(text);
      const calls = brevoCalls(database, settings, client, inform);
      return longRun('Jobs', this.terminal.unicode, async (run) => {
        await requireSchema(database, 'write');
        return drainOutbox(database, { ...brevo, ...outbox, ...calls, ...run, limit, onInformation: inform });
      });
    });
  }
}
