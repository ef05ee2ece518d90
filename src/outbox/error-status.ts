// A drain begins `last_error` with the status. The predecessor kept the text of Python's exceptions:
// HTTPError('503 Server Error: … for url …'), ApiException: (400) Reason: Bad Request, "HTTP 502 Bad Gateway" and so on.
const places = [
  /^\W*([1-5]\d\d)\b/,
  /\b([45]\d\d) (?:Client|Server) Error\b/i,
  /\bHTTP(?:\/\d(?:\.\d)?|S)?(?: ?(?:Error|status|code))*\W{0,3}([1-5]\d\d)\b/i,
  /\bstatus(?:[ _-]?code)?\W{0,4}([1-5]\d\d)\b/i,
  /(?:Exception|Error|response|returned|answered|got)\W{1,4}([1-5]\d\d)\b/i,
];

/** The HTTP status that a `last_error` names, in our words or in those of the predecessor; null when it names none. */
export function statusIn(error: string): number | null {
  for (const place of places) {
    const found = place.exec(error)?.[1];
    if (found !== undefined) return Number(found);
  }
  return null;
}
