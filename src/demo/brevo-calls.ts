import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AccountAttribute } from './brevo-account.ts';
import { faultsOf, type StandInRequest, writtenContact } from './brevo-request.ts';

/**
 * A call as it arrived. Times are in milliseconds since 1970 by a clock that is never set back, with their fraction;
 * `status` and `finishedAt` are null until it has ended.
 */
export interface ReceivedCall {
  /** how many calls came before this one */
  index: number;
  method: string;
  path: string;
  /** of a contact that is being written, as it was sent */
  email: string | null;
  body: unknown;
  userAgent: string | null;
  /** the number of the connection it came over */
  connection: number;
  receivedAt: number;
  finishedAt: number | null;
  /** the status answered; null, too, when the caller left without an answer */
  status: number | null;
  /** what is wrong with the shape of the request, whatever was answered */
  faults: string[];
}

/** Now, as `receivedAt` has it. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Keeps the calls of one server, and tells its connections apart. */
export class CallRecord {
  readonly calls: ReceivedCall[] = [];
  readonly #connections = new WeakMap<Socket, number>();
  #opened = 0;

  /** Notes a call that began to arrive at `receivedAt`, once its body is there. */
  add(
    message: IncomingMessage,
    request: StandInRequest,
    receivedAt: number,
    attributes: readonly AccountAttribute[],
  ): ReceivedCall {
    const connection = this.#connections.get(message.socket) ?? ++this.#opened;
    this.#connections.set(message.socket, connection);
    const call: ReceivedCall = {
      index: this.calls.length,
      method: request.method,
      path: request.path,
      email: writtenContact(request),
      body: request.body,
      userAgent: message.headers['user-agent'] ?? null,
      connection,
      receivedAt,
      finishedAt: null,
      status: null,
      faults: faultsOf(request, attributes),
    };
    this.calls.push(call);
    return call;
  }
}
