import { showValue } from '../config/given.ts';
import { Problem } from '../errors.ts';
import { mayBeAddress, showName } from './clicks-shown.ts';

/** The columns of an export that are needed, by what they hold. */
export const clickColumns = ['email', 'time', 'campaign'] as const;
export type ClickColumn = (typeof clickColumns)[number];

/** Names of columns that were given by hand. */
export type ColumnNames = Partial<Record<ClickColumn, string>>;

/** Where in a line each of them stands, from 0. */
export type ColumnPlaces = Record<ClickColumn, number>;

/** How analytics systems name these columns, small letters and digits only; the first one found is taken. */
const synonyms: Record<ClickColumn, readonly string[]> = {
  email: ['email', 'emailaddress', 'useremail', 'contactemail', 'customeremail', 'recipient', 'mail'],
  time: ['time', 'timestamp', 'datetime', 'clickedat', 'clicktime', 'eventtime', 'eventtimestamp', 'date', 'ts'],
  campaign: ['campaign', 'utmcampaign', 'campaignname', 'sessioncampaign', 'sessioncampaignname', 'utmcampaignname'],
};

const example = 'For example: --clicks-columns email=User,time=When,campaign=Name';

/** Reads `--clicks-columns`: words such as `email=User`. A usage Problem for anything else. */
export function readColumnNames(words: readonly string[]): ColumnNames {
  const names: ColumnNames = {};
  for (const word of words) {
    const [, key = '', name = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(word) ?? [];
    const column = clickColumns.find((one) => one === key.toLowerCase());
    if (column === undefined || name === '') {
      throw new Problem('usage', `--clicks-columns takes email=, time= and campaign=, not ${showValue(word)}.`, {
        hint: example,
      });
    }
    if (names[column] !== undefined) {
      throw new Problem('usage', `--clicks-columns names the column for ${column} twice.`, { hint: example });
    }
    names[column] = name;
  }
  return names;
}

/**
 * Finds the columns in the header: those given by hand, the others by their usual names, capitals, blanks and
 * punctuation aside. A Problem that lists the header's columns when one is missing, a usage one for a name by hand.
 */
export function findColumns(header: readonly string[], given: ColumnNames, file: string): ColumnPlaces {
  const places = Object.fromEntries(clickColumns.map((column) => [column, placeOf(column, header, given, file)]));
  return places as ColumnPlaces;
}

function placeOf(column: ClickColumn, header: readonly string[], given: ColumnNames, file: string): number {
  const simple = header.map(simplify);
  const name = given[column];
  const wanted = name === undefined ? synonyms[column] : [simplify(name)];
  const exact = name === undefined ? -1 : header.indexOf(name);
  const found = wanted.map((one) => simple.indexOf(one)).find((place) => place >= 0);
  const place = exact >= 0 ? exact : found;
  if (place !== undefined) return place;
  if (header.some(mayBeAddress)) {
    throw new Problem('data', `${file} has no header: its first line holds an address.`, {
      hint: 'Export the clicks with the names of the columns in the first line.',
    });
  }
  const columns = namesOf(header);
  if (name !== undefined) {
    const message = `${file} has no column ${showValue(name)}, which --clicks-columns names for ${column}.`;
    throw new Problem('usage', message, { hint: `Its columns: ${columns}` });
  }
  throw new Problem('data', `${file} has no column with the ${column} of a click. Its columns: ${columns}.`, {
    hint: `Name the column: --clicks-columns ${column}=NAME`,
  });
}

const namedColumns = 20;

function namesOf(header: readonly string[]): string {
  const names = header.slice(0, namedColumns).map((one) => (one === '' ? '(no name)' : showName(one)));
  return [...names, ...(header.length > namedColumns ? ['…'] : [])].join(', ');
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
