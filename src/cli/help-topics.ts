import { givableKeys } from '../config/keys.ts';
import { wrapWords } from '../output/wrap.ts';
import { embeddedTexts } from './embedded-texts.ts';

/** A page of help that is not about a command. */
export interface HelpTopic {
  summary: string;
  text(): string;
}

/** Wide enough to read, and narrow enough for every terminal. */
const width = 80;

function indented(text: string, by: number): string {
  return wrapWords(text, width - by)
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}

/** The exit codes, from the table in the operations manual. */
function exitCodes(): string {
  const [, section = ''] = /\n## Exit codes\n([\s\S]*?)\n## /.exec(embeddedTexts['docs/operations.md']) ?? [];
  const plain = (text: string): string => text.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const rows = [...section.matchAll(/^\| (\d+) \| (.*) \| (.*) \|$/gm)];
  return rows
    .map(([, code = '', meaning = '', advice = '']) => {
      const first = indented(plain(meaning), 6).replace(/^ {6}/, code.padStart(4).padEnd(6));
      return `${first}\n${indented(plain(advice), 6)}\n`;
    })
    .join('\n');
}

const otherVariables: readonly [string, string][] = [
  ['FUNNELS_CONFIG', 'The path of the configuration file, where --config does not name one.'],
  ['FUNNELS_CONTENT_TYPE', 'json: the same as --json with every command.'],
  ['CREDENTIALS_DIRECTORY', "systemd's folder of credentials: database-password and brevo-api-key are used."],
  ['DEBUG', 'funnels: errors with their stack and causes.'],
  ['NO_COLOR, FORCE_COLOR', 'Without colours; with colours also where the output is no terminal.'],
  ['COLUMNS', 'The width of tables, where the terminal does not tell.'],
  ['LC_ALL, LC_CTYPE, LANG', 'Whether more than ASCII can be drawn: rules, bars.'],
];

function environment(): string {
  const settings = givableKeys.map(({ key, variables }) => `  ${variables.join(', ')}\n      ${key}`);
  const others = otherVariables.map(([name, text]) => `  ${name}\n${indented(text, 6)}`);
  return [
    indented('Every key of the configuration can be set by a variable, which is stronger than the file:', 0),
    ...settings,
    'Besides:',
    ...others,
  ].join('\n\n');
}

function configuration(): string {
  return [
    'The configuration is read from the first of these that there is:',
    '  1. the file that --config names\n  2. the file that FUNNELS_CONFIG names\n  3. ./config.yaml\n  4. /etc/funnels/config.yaml',
    indented(
      'Without any of them the variables have to say everything. A variable is always stronger than the file; see: funnels help environment',
      0,
    ),
    indented(
      'Secrets may stand in files of their own: the password in the one that database.passwordFile names, the key in the one of brevo.apiKeyFile. These are stronger than the values beside them. Under systemd the credentials database-password and brevo-api-key are used when nothing else gives the secret. No file with a secret should be readable by everybody: chmod o-r FILE',
      0,
    ),
    'A file with every key, its default and what it is for:\n  funnels config example > config.yaml',
    'What is in force, and where each value comes from:\n  funnels config check',
  ].join('\n\n');
}

/** A manual; where it leads to another one, that one's page is named. */
function manual(path: keyof typeof embeddedTexts): string {
  return embeddedTexts[path].replace(/\[[^\]]*\]\(([\w-]+)\.md[^)]*\)/g, '`funnels help $1`');
}

/** The pages by name; the manuals are those of the repository's docs/. */
export const helpTopics: Readonly<Record<string, HelpTopic>> = {
  configuration: { summary: 'Where settings come from, and which is stronger.', text: configuration },
  environment: { summary: 'Every variable the program reads.', text: environment },
  'exit-codes': { summary: 'What each exit code means, and what to do.', text: exitCodes },
  'brevo-answers': {
    summary: 'What each answer of Brevo means, and who is charged for it.',
    text: () => manual('docs/brevo-answers.md'),
  },
  moving: { summary: 'From the Python service to this one.', text: () => manual('docs/moving.md') },
  operations: { summary: 'The manual for servers.', text: () => manual('docs/operations.md') },
  reports: { summary: 'What each number of the reports means.', text: () => manual('docs/reports.md') },
  'report-json': { summary: 'The JSON of the reports.', text: () => manual('docs/report-json.md') },
  'report-page': {
    summary: 'Reports as a page, for Excel, in files.',
    text: () => manual('docs/report-page.md'),
  },
  'utm-links': { summary: 'Links with UTM tags, and clicks.', text: () => manual('docs/utm.md') },
};
