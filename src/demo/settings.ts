import type { AccountAttribute } from './brevo-account.ts';

/** The lists of the demo's Brevo account, by funnel. */
export const demoLists = { language: 11, non_language: 12 } as const;

/** The key of the demo's Brevo account, which exists in this program only. */
export const demoApiKey = 'xkeysib-demo';

/** The attributes of the demo's Brevo account. */
export const demoAttributes: readonly AccountAttribute[] = [
  { name: 'FUNNEL_TYPE', category: 'normal', type: 'text' },
  { name: 'CERTIFICATE_PURCHASED', category: 'normal', type: 'boolean' },
  { name: 'CERTIFICATE_PURCHASED_AT', category: 'normal', type: 'date' },
];

/** The file names in the demo's folder. */
export const databaseFile = 'funnels.sqlite';
export const configFile = 'config.yaml';

/** config.yaml while the demo runs: `brevoUrl` is the stand-in's. */
export function runningConfig(brevoUrl: string): string {
  return configText([
    'brevo:',
    '  # The stand-in for Brevo, which lives as long as the demo runs.',
    `  baseUrl: ${brevoUrl}`,
    `  apiKey: ${demoApiKey}`,
    '  # The real one allows fewer.',
    '  requestsPerSecond: 1000',
    '  concurrency: 16',
  ]);
}

/** config.yaml as `--keep` leaves it: it leads to no Brevo at all, so that nothing can be sent by accident. */
export function keptConfig(): string {
  return configText([
    '# The demo sent its contacts to a stand-in for Brevo, which is gone. Without a key drain-outbox sends nothing; its',
    '# --dry-run shows what is left. To try it on an account of your own, set apiKey, and the list ids above to its lists.',
    '#brevo:',
    '#  apiKey: xkeysib-replace-me',
  ]);
}

function configText(brevo: readonly string[]): string {
  const lines = [
    '# The configuration of the demo. Every key is explained by: funnels config example',
    'database:',
    `  url: sqlite:./${databaseFile}`,
    'funnels:',
    '  language:',
    `    listId: ${demoLists.language}`,
    '    source: email_language_v1',
    '  non_language:',
    `    listId: ${demoLists.non_language}`,
    '    source: email_non_language_v1',
    ...brevo,
  ];
  return `${lines.join('\n')}\n`;
}
