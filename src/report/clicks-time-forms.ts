/** Forms of times, by what they have in common: examples, and what must be known of them. */
export const timeExamples: readonly (readonly [examples: readonly string[], note: string])[] = [
  [['2026-10-03T14:12:05Z', '2026-10-03 14:12:05.123 +02:00', '2026-10-03 14:12', '20261003T141205Z'], 'ISO 8601'],
  [['2026/10/03 14:12', '03.10.2026 14:12:05'], ''],
  [['10/25/2026 2:12 PM', '25/10/2026 14:12', '25-10-2026 14:12'], 'if one of the numbers cannot be a month'],
  [['Sat, 03 Oct 2026 14:12:05 +0200', 'Oct 3, 2026, 2:12 PM', '03/Oct/2026:14:12:05 +0200'], 'English names'],
  [['1791036725', '1791036725123'], 'seconds or milliseconds since 1970'],
  [['202610031412', '20261003141205'], ''],
];

/** The forms in which the time of a click is read, for people. */
export const clickTimeForms: readonly string[] = timeExamples.map(
  ([examples, note]) => examples.join(' or ') + (note === '' ? '' : ` (${note})`),
);

/** A time that was written as a date and a time of day; without `offset` it is wall clock. */
export interface WrittenTime {
  /** YYYY-MM-DD */
  date: string;
  /** HH:MM:SS */
  time: string;
  /** Z, or as ±HH:MM */
  offset?: string;
  /** a zone by its IANA name, in which the wall clock is */
  zone?: string;
}

/** What text that tells a time can turn out to be. */
export type TimeFound = WrittenTime | { epoch: number } | 'ambiguous' | 'day alone';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName =
  '(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const weekday = '(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\\.?,? )?';
const ordinal = '(?:st|nd|rd|th)?';

/** Each with the parts year, and month or name, and day; `first` and `second` where it is not said which is which. */
const dates: readonly string[] = [
  '(?<year>\\d{4})(?<mark>[-/.])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})',
  '(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)',
  '(?<day>\\d{1,2})\\. ?(?<month>\\d{1,2})\\. ?(?<year>\\d{4})',
  '(?<first>\\d{1,2})(?<mark>[-/])(?<second>\\d{1,2})\\k<mark>(?<year>\\d{4})',
  `${weekday}(?<day>\\d{1,2})${ordinal}\\.?[ /-]${monthName}[ /,-] ?(?<year>\\d{4})`,
  `${weekday}${monthName} (?<day>\\d{1,2})${ordinal},? (?<year>\\d{4})`,
];

const clock =
  '(?=\\d{1,2}:|\\d{4})(?<hour>\\d{1,2})(?::?(?<minute>\\d\\d))(?::?(?<seconds>\\d\\d)(?:[.,]\\d{1,9})?)?(?: ?(?<half>[ap])\\.? ?m\\.?)?(?: uhr)?';
// RFC 2822 says what these American abbreviations mean; what others mean depends on whom one asks.
const abbreviations: Readonly<Record<string, string>> = {
  est: '-05:00',
  edt: '-04:00',
  cst: '-06:00',
  cdt: '-05:00',
  mst: '-07:00',
  mdt: '-06:00',
  pst: '-08:00',
  pdt: '-07:00',
};
const utc = 'z|utc|gmt|ut';
// What follows an offset is its name, as in `+0300 EEST`; the offset says it all.
const zone = `(?<zone>${utc}|${Object.keys(abbreviations).join('|')}|(?:utc|gmt)?(?<sign>[+\u2212-])(?<hours>\\d{1,2})(?::?(?<minutes>\\d\\d))?(?: [a-z]{2,5})?)`;
const region = '(?<region>[a-z]+(?:[/_-][a-z]+)+)';
const remark = `(?: ?\\[${region}\\])?(?: ?\\([^()]*\\))?`;

const forms = dates.map((date) => new RegExp(`^${date}(?:t|,? |, at | at |:)${clock}(?: ?${zone})?${remark}$`, 'i'));
const withRegion = dates.map((date) => new RegExp(`^${date}(?:t|,? )${clock} ${region}$`, 'i'));
const days = dates.map((date) => new RegExp(`^${date}$`, 'i'));

/** As `date` and C's asctime() write it, the year last; to be read as if it stood after the day. */
const yearLast = new RegExp(`^(${weekday}[a-z]{3} \\d{1,2}) (\\d\\d:\\d\\d:\\d\\d)( [a-z]{3,4})? (\\d{4})$`, 'i');

type Part =
  | 'year'
  | 'month'
  | 'name'
  | 'day'
  | 'first'
  | 'second'
  | 'hour'
  | 'minute'
  | 'seconds'
  | 'half'
  | 'zone'
  | 'sign'
  | 'hours'
  | 'minutes'
  | 'region';
type Parts = Partial<Record<Part, string | undefined>>;

/**
 * Finds the date and the time of day in a text, in one of `clickTimeForms`; undefined when it has none of these forms.
 * That the day and the hour exist is not looked at.
 */
export function findTime(text: string): TimeFound | undefined {
  const plain = text
    .trim()
    .replace(/^['"]|['"]$/g, '')
    .replace(/\s+/g, ' ')
    .replace(
      yearLast,
      (_, day: string, time: string, offset: string | undefined, year: string) =>
        `${day} ${year} ${time}${offset ?? ''}`,
    );
  return digitsAlone(plain) ?? written(plain);
}

function written(text: string): TimeFound | undefined {
  for (const form of [...forms, ...withRegion]) {
    const parts: Parts | undefined = form.exec(text)?.groups;
    if (parts !== undefined) return fromParts(parts);
  }
  return days.some((day) => day.test(text)) ? 'day alone' : undefined;
}

function fromParts(parts: Parts): TimeFound | undefined {
  const day = dayOf(parts);
  if (day === 'ambiguous') return day;
  const hour = hourOf(Number(parts.hour), parts.half?.toLowerCase());
  if (hour === undefined) return undefined;
  const offset = offsetOf(parts);
  return {
    date: day,
    time: `${two(hour)}:${parts.minute ?? '00'}:${parts.seconds ?? '00'}`,
    ...(offset === undefined ? {} : { offset }),
    ...(offset === undefined && parts.region !== undefined ? { zone: parts.region } : {}),
  };
}

function dayOf({ year = '', month, name, day, first, second }: Parts): string {
  if (first !== undefined && second !== undefined) {
    const [one, other] = [Number(first), Number(second)];
    if (one <= 12 && other <= 12 && one !== other) return 'ambiguous';
    return one > 12 ? `${year}-${two(other)}-${two(one)}` : `${year}-${two(one)}-${two(other)}`;
  }
  const number = name === undefined ? Number(month) : months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return `${year}-${two(number)}-${two(Number(day))}`;
}

/** The hour of the day; undefined for 13 PM. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

function offsetOf({ zone: text, sign, hours = '', minutes = '00' }: Parts): string | undefined {
  if (text === undefined) return undefined;
  if (sign === undefined) return abbreviations[text.toLowerCase()] ?? 'Z';
  return `${sign === '+' ? '+' : '-'}${two(Number(hours))}:${minutes}`;
}

/** Digits in a second of the unit, by how many digits a moment of our days has in it. */
const unitDigits: Readonly<Record<number, number>> = { 10: 0, 13: 3, 16: 6, 19: 9 };

function digitsAlone(text: string): TimeFound | undefined {
  const [, digits] = /^(\d+)(?:[.,]\d+)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const wall = /^((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?$/.exec(digits);
  if (wall !== null && (digits.length === 12 || digits.length === 14)) {
    const [, year = '', month = '', day = '', hour = '', minute = '', second = '00'] = wall;
    return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}` };
  }
  const unit = unitDigits[digits.length];
  if (unit === undefined) return undefined;
  // 2026100314 is 2 p.m. in some exports, and a moment of 2034 in others.
  if (unit === 0 && /^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])$/.test(digits))
    return 'ambiguous';
  return { epoch: Number(digits.slice(0, digits.length - unit)) };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
