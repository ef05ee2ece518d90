import { BaseCommand, formatFlag } from '../../src/cli/base-command.ts';
import { describeSettings, type SettingRow } from '../../src/config/redact.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { Column } from '../../src/output/columns.ts';

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
    'it comes from: file, environment, credential or default. Connects to nothing.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> config check',
    '<%= config.bin %> config check --config ./config.yaml',
  ];

  static override flags = { format: formatFlag() };

  async run(): Promise<{ source: string; settings: SettingRow[] }> {
    const { flags } = await this.parse(ConfigCheck);
    const loaded = await this.loadSettings(flags);
    const settings = describeSettings(loaded);
    const title = `The configuration is valid (${loaded.source}).`;
    const footer = missingFor(loaded.settings);
    this.printRows(settings, columns, { format: flags.format, title, footer });
    return { source: loaded.source, settings };
  }
}
