import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Account, answerAsBrevo, type StandInReply, type StoredContact } from './brevo-answers.ts';

/** A call as it arrived. Times are in milliseconds since 1970; `status` and `finishedAt` are null until it has ended. */
export interface ReceivedCall {
  /** how many calls came before this one */
  index: number;
  method: string;
  path: string;
  /** of a contact that is being written, as it was sent */
  email: string | null;
  body: unknown;
  receivedAt: number;
  finishedAt: number | null;
  /** the status answered; null, too, when the caller left without an answer */
  status: number | null;
}

export interface StandInOptions {
  lists: number[];
  attributes: string[];
  apiKey: string;
  /** A reply to give to a written contact instead of doing as asked; `index` counts the contacts written before. */
  faults?: (call: { index: number; email: string }) => StandInReply | undefined;
  /** Sees every call before it is answered and may take the connection over: `true` means that it did. */
  intercept?: (call: ReceivedCall, connection: Connection) => Promise<boolean> | boolean;
}

/** `answer` does what was asked and gives Brevo's reply, for somebody who sends it in a way of their own, or never. */
export interface Connection {
  request: IncomingMessage;
  response: ServerResponse;
  answer: () => StandInReply;
}

export interface StandIn {
  /** `http://127.0.0.1:PORT/v3` */
  url: string;
  /** by address, in lower case */
  contacts: Map<string, StoredContact>;
  requests: ReceivedCall[];
  /** Ends the server and every connection, those that still wait for an answer included. */
  close(): Promise<void>;
}

const CALLS_PER_SECOND = 10;

/**
 * A small Brevo on a free port of this machine, for demonstrations and tests: it keeps contacts as the real one does,
 * for as long as it runs, and answers in the real one's words.
 */
export async function startBrevoStandIn(options: StandInOptions): Promise<StandIn> {
  const contacts = new Map<string, StoredContact>();
  const account: Account = { ...options, contacts };
  const requests: ReceivedCall[] = [];
  let written = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parse(await textOf(request));
    const call = received(requests.length, request, body);
    requests.push(call);
    const finish = (): void => {
      call.finishedAt ??= Date.now();
      call.status = response.writableFinished ? response.statusCode : null;
    };
    response.once('finish', finish).once('close', finish);

    const key = request.headers['api-key'];
    const apiKey = typeof key === 'string' ? key : undefined;
    const answer = () => answerAsBrevo(account, { method: call.method, path: call.path, apiKey, body });
    const fault = call.email === null ? undefined : options.faults?.({ index: written++, email: call.email });
    if (await options.intercept?.(call, { request, response, answer })) return;
    send(response, fault ?? answer(), { ...limits(requests, call), 'sib-request-id': `stand-in-${call.index}` });
  }

  const server = createServer((request, response) => {
    // Whoever called has gone away: there is nobody left to tell.
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stand-in for Brevo got no port.');

  return {
    url: `http://127.0.0.1:${address.port}/v3`,
    contacts,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function received(index: number, request: IncomingMessage, body: unknown): ReceivedCall {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const method = request.method ?? 'GET';
  const writes = method === 'POST' && path === '/v3/contacts';
  const email = writes && typeof body === 'object' && body !== null && 'email' in body ? body.email : null;
  const sent = typeof email === 'string' ? email : null;
  return { index, method, path, email: sent, body, receivedAt: Date.now(), finishedAt: null, status: null };
}

function send(response: ServerResponse, reply: StandInReply, headers: Record<string, string>): void {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const type = text !== undefined && { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...headers, ...type, ...reply.headers });
  response.end(text);
}

/** Brevo's account of its own limit: calls per second, calls left, seconds until the count starts again. */
function limits(requests: readonly ReceivedCall[], call: ReceivedCall): Record<string, string> {
  const lately = requests.slice(-CALLS_PER_SECOND).filter((other) => other.receivedAt > call.receivedAt - 1000).length;
  return {
    'x-sib-ratelimit-limit': String(CALLS_PER_SECOND),
    'x-sib-ratelimit-remaining': String(CALLS_PER_SECOND - lately),
    'x-sib-ratelimit-reset': '1',
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
