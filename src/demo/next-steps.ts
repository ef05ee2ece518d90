import { configFile } from './settings.ts';

/** What to try after the demo, as lines; `folder` is the one that was kept, as its name was typed, or null. */
export function nextSteps(folder: string | null): string[] {
  if (folder === null) {
    return [
      'funnels demo --keep ./funnels-demo   the same, and the database stays for you to play with',
      'funnels --help                       what else there is; add --help to a command for its flags',
      'funnels config example               a config.yaml to start from; funnels config check looks at yours',
    ];
  }
  const config = `--config ${quoted(`${folder.replace(/\/+$/, '')}/${configFile}`)}`;
  return [
    `funnels report conversions --output report.html ${config}`,
    `funnels find-duplicates ${config}`,
    `funnels sync --dry-run ${config}`,
    `funnels migrate status ${config}`,
    `funnels drain-outbox --dry-run ${config}`,
  ];
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return /^[\w./~+:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
