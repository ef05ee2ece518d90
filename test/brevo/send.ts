/** Sends `call` ('POST /contacts') to a Brevo as somebody would who uses no client of ours. */
export function send(
  url: string,
  call: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const [method = 'GET', path = '/'] = call.split(' ');
  const usual = { 'content-type': 'application/json', accept: 'application/json' };
  return fetch(url + path, {
    method,
    headers: { ...usual, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
