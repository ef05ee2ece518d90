/**
 * The secrets of the loaded settings, and where they are masked. What comes from outside (a server's message, Brevo's
 * answer) goes through `foreign` when it is put into a message of ours: there any secret is masked, a common word too. Our
 * own sentences must not be: a password such as "database" would tear them apart, and the gaps would tell it. They only
 * pass `scrubbed`, a net for secrets that occur in no sentence.
 */
let inForeign: RegExp[] = [];
let anywhere: string[] = [];

const mask = '***';

/**
 * Remembers the secrets of this process. `names` are texts that are printed anyway, such as the account's name: a password
 * that is the same cannot be hidden by masking that name, but masking would tell that the two are one.
 */
export function rememberSecrets(secrets: readonly string[], names: readonly string[] = []): void {
  const forms = secrets
    .filter((secret) => !names.includes(secret))
    .flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)]);
  const known = [...new Set(forms)].filter((form) => form.trim() !== '').sort((one, two) => two.length - one.length);
  anywhere = known.filter(isNoWord);
  inForeign = known.map((form) =>
    isNoWord(form)
      ? new RegExp(RegExp.escape(form), 'gu')
      : new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(form)}(?![\\p{L}\\p{N}])`, 'gu'),
  );
}

/** A text from outside as it may be put into a message: without secrets, keys of Brevo, and passwords in URLs. */
export function foreign(text: string): string {
  const plain = withoutKeys(text).replace(
    /([a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):(?!\d{1,5}\/)[^\s"']*@/gi,
    `$1:${mask}@`,
  );
  return inForeign.reduce((clean, secret) => clean.replaceAll(secret, mask), plain);
}

/** A finished text of ours without what can only be a secret. */
export function scrubbed(text: string): string {
  return anywhere.reduce((clean, secret) => clean.replaceAll(secret, mask), withoutKeys(text));
}

/** Brevo's keys are known by their form, whether the settings know them or not. */
function withoutKeys(text: string): string {
  return text.replace(/\bx(?:key|smtp)sib-[\w-]{12,}/gi, mask);
}

/** Whether a secret is so long or so mixed that no sentence of ours can hold it by chance. */
function isNoWord(secret: string): boolean {
  const isMixed = /\p{L}/u.test(secret) && /\d/.test(secret);
  return secret.length >= 20 || (secret.length >= 8 && (isMixed || /[^\p{L}\p{N}\s._:/-]/u.test(secret)));
}
