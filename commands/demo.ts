import { BaseCommand } from '../src/cli/base-command.ts';

export default class Demo extends BaseCommand {
  static override summary = 'placeholder';
  async run(): Promise<object> {
    await this.parse(Demo);
    return {};
  }
}
