import * as Flags from '@oclif/core/flags';
import { createBrevoClient } from '../../src/brevo/http-client.ts';
import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { log } from '../../src/cli/log.ts';
import { useProxyFor } from '../../src/cli/proxy.ts';
import { describeSettings, type SettingRow } from '../../src/config/redact.ts';
import type { Settings } from '../../src/config/settings.ts';
import { accountNeeds } from '../../src/outbox/account-needs.ts';
import { type AccountReport, reportOnAccount } from '../../src/outbox/account-report.ts';
import { renderAccount } from '../../src/output/account-table.ts';
import type { Column } from '../../src/output/columns.ts';
import type { Format } from '../../src/output/render.ts';

const columns: Column<SettingRow>[] = [
  { key: 'key', title: 'Setting', priority: 1, value: (row) => row.key },
  { key: 'value', title: 'Value', priority: 1, value: (row) => row.value },
  { key: 'origin', title: 'From', priority: 2, value: (row) => row.origin },
];

/** What is valid and yet not enough for every command. */
function missingFor({ brevo, funnels }: Settings): string[] {
  const lists = Object.entries(funnels).filter(([, { listId }]) => listId === undefined);
  return [
    ...(brevo.apiKey === undefined ? ['drain-outbox needs brevo.apiKey (or BREVO_API_KEY), which is not set.'] : []),
    ...lists.map(([name]) => `sync passes over the funnel ${name}: funnels.${name}.listId is not set.`),
  ];
}

export default class ConfigCheck extends BaseCommand {
  static override summary = 'Check the configuration and print it, with secrets hidden.';

  static override description = [
    'Loads the configuration as every other command does and shows each setting, its value and where',
    'it comes from: file, environment, credential or default. Connects to nothing. With --brevo it asks',
    'Brevo instead, once, whether the account has the lists and attributes, and shows those; it ends',
    'with 69, 75, 77 or 78 when they are not all right or could not be asked for.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> config check',
    '<%= config.bin %> config check --config ./config.yaml',
    '<%= config.bin %> config check --brevo',
  ];

  static override flags = {
    brevo: Flags.boolean({ description: 'Ask Brevo for the lists and attributes that the configuration names.' }),
    format: formatFlag(),
  };

  async run(): Promise<{ source: string; settings: SettingRow[]; brevo?: AccountReport }> {
    const { flags } = await this.parse(ConfigCheck);
    const loaded = await this.loadSettings(flags);
    const settings = describeSettings(loaded);
    const footer = missingFor(loaded.settings);
    if (flags.brevo) return { source: loaded.source, settings, brevo: await this.#askBrevo(loaded.settings, flags) };
    const title = `The configuration is valid (${loaded.source}).`;
    this.printRows(settings, columns, { format: flags.format, title, footer });
    return { source: loaded.source, settings };
  }

  async #askBrevo(settings: Settings, { format }: { format: Format | undefined }): Promise<AccountReport> {
    const proxy = useProxyFor(settings.brevo.baseUrl);
    const client = createBrevoClient({ ...settings.brevo, userAgent: this.config.userAgent });
    const report = reportOnAccount(await client.checkAccount(accountNeeds(settings)));
    const { problem, information } = report;
    const isFine = problem === null && information === null;
    const verdict = isFine ? ['The Brevo account has what the configuration asks for.'] : [];
    const footer = [...verdict, ...missingFor(settings)];
    this.print(renderAccount(report, { format, terminal: this.terminal, footer }));
    for (const text of [proxy, information]) if (text !== null && !this.jsonEnabled()) log.info(text);
    if (problem !== null) process.exitCode = exitCodes[problem.kind];
    if (problem !== null && !this.jsonEnabled()) log.error(`${problem.message}\n${problem.hint}`);
    return report;
  }
}
