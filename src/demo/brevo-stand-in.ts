import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Account, AccountAttribute, StandInReply, StoredContact } from './brevo-account.ts';
import { answerAsBrevo } from './brevo-answers.ts';
import { CallRecord, preciseNow, type ReceivedCall } from './brevo-calls.ts';
import { CallLimit } from './brevo-limit.ts';
import type { StandInRequest } from './brevo-request.ts';

export interface StandInOptions {
  lists: readonly number[];
  attributes: readonly AccountAttribute[];
  apiKey: string;
  /** More calls than this within a second are answered 429; without it Brevo's limit is told and not enforced. */
  callsPerSecond?: number;
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
  /** what exists in it; may be changed */
  account: Account;
  /** by address, in lower case */
  contacts: Map<string, StoredContact>;
  requests: ReceivedCall[];
  /** Ends the server and every connection, those that still wait for an answer included. */
  close(): Promise<void>;
}

/**
 * A small Brevo on a free port of this machine, for demonstrations and tests: it keeps contacts as the real one does,
 * for as long as it runs, and answers in the real one's words.
 */
export async function startBrevoStandIn(options: StandInOptions): Promise<StandIn> {
  const { apiKey, callsPerSecond, faults, intercept } = options;
  const account: Account = {
    apiKey,
    lists: [...options.lists],
    attributes: [...options.attributes],
    contacts: new Map(),
  };
  const record = new CallRecord();
  const limit = new CallLimit(callsPerSecond);
  let written = 0;

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = preciseNow();
    const request = await read(message);
    const call = record.add(message, request, receivedAt, account.attributes);
    const finish = (): void => {
      call.finishedAt ??= preciseNow();
      call.status = response.writableFinished ? response.statusCode : null;
    };
    response.once('finish', finish).once('close', finish);

    const { refusal, headers } = limit.take(receivedAt);
    const answer = () => refusal ?? answerAsBrevo(account, request);
    const fault = call.email === null ? undefined : faults?.({ index: written++, email: call.email });
    if (await intercept?.(call, { request: message, response, answer })) return;
    send(response, fault ?? answer(), { ...headers, 'sib-request-id': `stand-in-${call.index}` });
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
    account,
    contacts: account.contacts,
    requests: record.calls,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(message: IncomingMessage): Promise<StandInRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  const [path = '/'] = (message.url ?? '/').split('?', 1);
  const body = parse(Buffer.concat(chunks).toString('utf8'));
  return { method: message.method ?? 'GET', path, headers: message.headers, body };
}

function send(response: ServerResponse, reply: StandInReply, headers: Record<string, string>): void {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  const type = text !== undefined && { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...headers, ...type, ...reply.headers });
  response.end(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
