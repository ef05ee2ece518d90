/**
 * A URL with its password as ***. Works on broken URLs too, where a password that was not percent-encoded is cut as
 * far as its last @; what stands in the place of a port but is none is taken for a password as well.
 */
export function redactUrl(url: string): string {
  return url
    .replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/[^:]*):.*@/is, '$1:***@')
    .replace(/^(\s*(?:mysql|mariadb):\/\/[^:@/?#]*):(?!\d{1,5}(?:[/?#]|$))[^@]*$/is, '$1:***')
    .replace(/([?&][^=&#]*(?:pass|pwd|key|token|secret)[^=&#]*=)[^&#]*/gi, '$1***');
}
