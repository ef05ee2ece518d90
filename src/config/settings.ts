import * as v from 'valibot';
import {
  databaseLocation,
  numberUpTo,
  oneOf,
  path,
  tableNamePart,
  text,
  trueOrFalse,
  wallClockMoment,
  webAddress,
  wholeNumber,
  zoneNameOrOffset,
} from './rules.ts';

/** A setting that may be left out; the key is there all the same, holding undefined. */
function unset<Rule extends v.GenericSchema>(rule: Rule) {
  return v.optional(rule, () => undefined);
}

/** The number of a list in Brevo; 0, which the predecessor's settings had for no list, comes out as none. A variable can take one back by it. */
function list() {
  return unset(
    v.pipe(
      wholeNumber(0, 2_147_483_647),
      v.transform((id) => (id === 0 ? undefined : id)),
    ),
  );
}

const sameListMessage =
  'must be another list than listId of the same funnel: buyers would join the very list that they leave.';

function funnel() {
  return v.pipe(
    v.object({
      listId: list(),
      source: unset(text('a text of 1 to 64 characters', /^[^\p{Cc}]{1,64}$/u)),
      onPurchase: v.object({ listId: list(), leaveFunnelList: unset(trueOrFalse()) }),
    }),
    v.forward(
      v.partialCheck(
        [['listId'], ['onPurchase', 'listId']],
        ({ listId, onPurchase }) => listId === undefined || onPurchase.listId !== listId,
        sameListMessage,
      ),
      ['onPurchase', 'listId'],
    ),
  );
}

/** The name an attribute has in the Brevo account. */
function attribute(name: string) {
  return v.optional(text('the name of a Brevo attribute in capitals (A-Z, 0-9, _)', /^[A-Z0-9_]{1,100}$/), name);
}

/** A value of a link's utm_ parameters: characters that need no escaping in a URL. */
function tag(value: string) {
  return v.optional(text('made of letters, digits, _, . and - only, 64 at most', /^[A-Za-z0-9_.-]{1,64}$/), value);
}

function campaigns() {
  const names = v.object({ language: tag('language_funnel'), non_language: tag('non_language_funnel') });
  const areDifferent = v.check<v.InferOutput<typeof names>, string>(
    ({ language, non_language }) => language.toLowerCase() !== non_language.toLowerCase(),
    campaignMessage,
  );
  return v.pipe(names, v.forward(areDifferent, ['non_language']));
}

const campaignMessage =
  'must differ from utm.campaigns.language, capitals aside: otherwise nobody can tell the clicks of the two funnels apart.';

const leaseMessage =
  "must be larger than brevo.timeoutSeconds: otherwise a job's claim ends while its call to Brevo is still running, and another worker sends it a second time.";

/** The most that `outbox.leaseSeconds` can be: whatever holds a contact for longer is no worker. */
export const longestLeaseSeconds = 3600;

/**
 * Every setting with its rule and its default. Times are in the unit their name ends with. Input is the nested shape
 * with every group present; file and environment are read by `loadSettings`.
 */
export const settingsSchema = v.pipe(
  v.object({
    database: v.object({
      url: databaseLocation(),
      tlsCaFile: unset(path()),
      timezone: unset(zoneNameOrOffset()),
      connectTimeoutSeconds: v.optional(wholeNumber(1, 300), 10),
      statementTimeoutSeconds: v.optional(wholeNumber(1, 3600), 60),
    }),
    modx: v.object({
      database: unset(tableNamePart(1)),
      tablePrefix: v.optional(tableNamePart(0), ''),
    }),
    funnels: v.object({ language: funnel(), non_language: funnel() }),
    sync: v.object({
      lookbackDays: v.optional(wholeNumber(1, 3650), 30),
      batchSize: v.optional(wholeNumber(1, 10_000), 500),
      notBefore: unset(wallClockMoment()),
      vanishedPayments: unset(oneOf(['kept', 'refunded'])),
    }),
    brevo: v.object({
      // It travels in an HTTP header, where nothing but visible ASCII is safe.
      apiKey: unset(text('one word of visible ASCII characters, 512 at most', /^[\x21-\x7e]{1,512}$/)),
      baseUrl: v.optional(webAddress(), 'https://api.brevo.com/v3'),
      requestsPerSecond: v.optional(numberUpTo(1000), 10),
      concurrency: v.optional(wholeNumber(1, 64), 4),
      timeoutSeconds: v.optional(wholeNumber(1, 300), 15),
      attributes: v.object({
        funnelType: attribute('FUNNEL_TYPE'),
        certificatePurchased: attribute('CERTIFICATE_PURCHASED'),
        certificatePurchasedAt: attribute('CERTIFICATE_PURCHASED_AT'),
      }),
    }),
    outbox: v.object({
      maxRetries: v.optional(wholeNumber(0, 100), 5),
      retryStepMinutes: v.optional(wholeNumber(1, 1440), 5),
      leaseSeconds: v.optional(wholeNumber(10, longestLeaseSeconds), 120),
    }),
    report: v.object({
      timezone: unset(zoneNameOrOffset()),
      windowDays: v.optional(wholeNumber(1, 3650), 30),
      decimalComma: v.optional(trueOrFalse(), false),
      siteName: unset(text('a name of 1 to 80 visible characters', /^(?=.*\S)[^\p{C}]{1,80}$/u)),
    }),
    // The defaults are those of the analytics guide, 5.
    utm: v.object({
      source: tag('testizer'),
      medium: tag('email'),
      campaigns: campaigns(),
    }),
    log: v.object({
      level: v.optional(oneOf(['error', 'warn', 'info', 'debug']), 'info'),
      format: v.optional(oneOf(['text', 'json']), 'text'),
    }),
  }),
  v.forward(
    v.partialCheck(
      [
        ['outbox', 'leaseSeconds'],
        ['brevo', 'timeoutSeconds'],
      ],
      ({ outbox, brevo }) => outbox.leaseSeconds > brevo.timeoutSeconds,
      leaseMessage,
    ),
    ['outbox', 'leaseSeconds'],
  ),
  // What was a URL when it was written is no text from here on, so that its password is a field that can be left out.
  v.transform(({ database: { url, ...database }, ...others }) => ({
    ...others,
    database: { ...database, location: url },
  })),
);

/**
 * The validated configuration; `database.location` holds the password, and an absolute path for sqlite;
 * `database.tlsCaFile` is absolute.
 */
export type Settings = v.InferOutput<typeof settingsSchema>;
