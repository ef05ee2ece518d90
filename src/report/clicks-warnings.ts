import { Problem } from '../errors.ts';
import type { ClickStage } from './clicks-result.ts';

/** Sentences about what an export of clicks lacks, for the warnings of a report. */
export function clickWarnings(stage: ClickStage): string[] {
  const { file, lines, rejected_lines, other_campaigns, campaigns } = stage;
  const first = rejected_lines[0];
  const usable = lines.read - lines.rejected - lines.other_campaign;
  return [
    ...(lines.read === 0 ? [`${file} holds no clicks.`] : []),
    ...(first === undefined
      ? []
      : [`${lineCount(lines.rejected)} of ${file} cannot be used; the first is line ${first.line}: ${first.reason}.`]),
    ...(lines.other_campaign === 0 || usable > 0
      ? []
      : [
          `No line of ${file} is of the campaigns ${campaigns.language} and ${campaigns.non_language}, but of ` +
            `${campaignsInWords(other_campaigns)}. If the links carry other names, set utm.campaigns.`,
        ]),
    ...(usable > 0 && lines.counted === 0
      ? [`No click of ${file} belongs to an entry of this report: compare its period with the export's.`]
      : []),
  ];
}

/** The forms of times that are read, one a line; undefined unless a time could not be read. */
export function timeFormsInWords({ time_forms: forms }: Pick<ClickStage, 'time_forms'>): string | undefined {
  return forms.length === 0 ? undefined : ['Times are read in these forms:', ...forms].join('\n    ');
}

/** Throws a data Problem when the export has lines for the campaigns, and none of them can be used. */
export function requireUsableLines({ file, lines, rejected_lines: [first], ...stage }: ClickStage): void {
  if (first === undefined || lines.read > lines.rejected + lines.other_campaign) return;
  const message = `No line of ${file} can be used; the first is line ${first.line}: ${first.reason}.`;
  throw new Problem('data', message, {
    hint: timeFormsInWords(stage) ?? 'Look at that line, and export again.',
  });
}

/** The first campaigns that are of no funnel, as people read them. */
export function campaignsInWords(names: ClickStage['other_campaigns']): string {
  return names.map((name) => name ?? '(none)').join(', ');
}

function lineCount(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}
