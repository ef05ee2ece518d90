import type { ErrorCode } from 'yaml';

/** What the parser finds wrong, in words of ours: its own quote the file, and with it perhaps a secret. */
const reasons: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'a value that begins with * is an alias, which takes no anchor or tag. Put it in quotes',
  BAD_ALIAS: 'a value that begins with * or & is an alias or an anchor, and this is no name for one. Put it in quotes',
  BAD_DIRECTIVE: 'a line that begins with % is a YAML directive, and this is none. Put the value in quotes',
  BAD_DQ_ESCAPE: 'invalid escape sequence in a text in double quotes. Put it in single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place. Put the value in quotes',
  BAD_SCALAR_START: 'a value cannot begin with this character. Put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line. Put the value in quotes',
  BLOCK_IN_FLOW: 'a "key: value" line cannot stand inside { } or [ ]',
  IMPOSSIBLE: 'this cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters: perhaps a quote is missing',
  MISSING_CHAR: 'a character is missing here, such as a closing quote or bracket, or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines: perhaps a quote or a colon is missing',
  MULTIPLE_ANCHORS: 'a value has two anchors (&). Put it in quotes',
  MULTIPLE_DOCS: 'a second YAML document begins here. Keep one, and remove the line "---"',
  MULTIPLE_TAGS: 'a value has two tags (!). Put it in quotes',
  TAB_AS_INDENT: 'tabs cannot be used for indentation. Use spaces',
  TAG_RESOLVE_FAILED: 'a value that begins with ! is a tag, which no key has. Put it in quotes',
  UNEXPECTED_TOKEN: 'something stands here that YAML does not expect. Put the value in quotes',
};

/** The parser's reason, without a full stop; quotes nothing of the file. */
export function reasonOf(code: ErrorCode): string {
  return reasons[code] ?? 'this cannot be read as YAML';
}
