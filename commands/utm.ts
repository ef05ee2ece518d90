import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.ts';
import { log } from '../src/cli/log.ts';
import { funnelTypes } from '../src/funnel/funnel-type.ts';
import { type TaggedLink, tagLink } from '../src/report/utm.ts';

export default class Utm extends BaseCommand {
  static override summary = 'Print a link with the UTM tags of a funnel, for its e-mails.';

  static override description = [
    'Adds utm_source, utm_medium and utm_campaign as utm.* in the configuration says, so that the',
    'analytics system can tell by which funnel somebody came. The rest of the link stays as it is; tags',
    'that are there already are replaced. Needs no database. Put the link in quotes: & and ? mean',
    'something to the shell.',
  ].join(' ');

  static override examples = [
    '<%= config.bin %> utm "https://testizer.com/certificate" --funnel language',
    '<%= config.bin %> utm "https://testizer.com/?id=1#price" --funnel non_language',
  ];

  static override args = {
    url: Args.string({ description: 'The link, from https:// on.', required: true, ignoreStdin: true }),
  };

  static override flags = {
    funnel: Flags.option({
      options: funnelTypes,
      required: true,
      description: 'The funnel whose e-mails the link stands in.',
    })(),
  };

  async run(): Promise<TaggedLink> {
    const { args, flags } = await this.parse(Utm);
    const { utm } = await this.loadPublicSettings(flags);
    const tagged = tagLink(args.url, flags.funnel, utm);
    this.print(`${tagged.link}\n`);
    if (!this.jsonEnabled()) for (const one of tagged.replaced) log.info(`Replaced ${one}, which was in the link.`);
    return tagged;
  }
}
