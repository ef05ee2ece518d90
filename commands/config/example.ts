import { BaseCommand } from '../../src/cli/base-command.ts';
import { embeddedTexts } from '../../src/cli/embedded-texts.ts';

export default class ConfigExample extends BaseCommand {
  static override summary = 'Print a configuration file that explains every key.';

  static override description = [
    'Every key with its default and what it is for; what has to be changed is marked as not set. Reads no',
    'configuration and connects to nothing.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> config example > config.yaml',
    '(umask 077 && <%= config.bin %> config example > /etc/funnels/config.yaml)',
  ];

  async run(): Promise<{ example: string }> {
    await this.parse(ConfigExample);
    const example = embeddedTexts['config.example.yaml'];
    this.print(example);
    return { example };
  }
}
