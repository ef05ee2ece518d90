import type { StandInReply } from '../../src/demo/brevo-account.ts';
import type { ReceivedCall } from '../../src/demo/brevo-calls.ts';
import type { Connection } from '../../src/demo/brevo-stand-in.ts';

/** What is to go wrong with one call. Where it says so, a contact is kept nevertheless. */
export type Fault =
  /** answers this; a string is sent as it is, anything else as JSON; give `content-type` in the headers for HTML */
  | ({ kind: 'answer' } & StandInReply)
  /** does nothing until `release()`, then answers as usual */
  | { kind: 'hang' }
  /** answers as usual after this time */
  | { kind: 'delay'; milliseconds: number }
  /** resets the connection without an answer */
  | { kind: 'reset' }
  /** keeps the contact, then resets the connection instead of answering */
  | { kind: 'lost answer' }
  /** sends the head of an answer and part of its body, then resets the connection */
  | { kind: 'reset midway'; status: number }
  /** sends the head of an answer and part of its body, then nothing more */
  | { kind: 'hang midway'; status: number }
  /** sends an answer that never ends */
  | { kind: 'endless'; status: number };

/** Which calls a fault befalls: those that write contacts, or only one address; or those to a path, whatever they do. */
export interface FaultScope {
  email?: string;
  /** below the base URL, without a query: /contacts/lists/5 */
  path?: string;
  /** the first so many of them */
  times?: number;
}

interface Script extends FaultScope {
  fault: Fault;
  left: number;
}

/** The faults that are still to come, and the calls that hang. */
export class Faults {
  #scripts: Script[] = [];
  readonly #hanging = new Set<() => void>();

  add(fault: Fault, scope: FaultScope): void {
    this.#scripts.push({ ...scope, fault, left: scope.times ?? 1 });
  }

  clear(): void {
    this.#scripts = [];
  }

  release(): void {
    for (const go of this.#hanging) go();
    this.#hanging.clear();
  }

  /** Lets the oldest fault that fits the call befall it; tells whether the connection is taken care of. */
  befall(call: ReceivedCall, connection: Connection): Promise<boolean> | boolean {
    const found = this.#scripts.find((script) => script.left > 0 && fits(script, call));
    if (found === undefined) return false;
    found.left -= 1;
    const { fault } = found;
    if (fault.kind !== 'hang') return carryOut(fault, connection);
    return new Promise((resolve) => this.#hanging.add(() => resolve(connection.response.destroyed)));
  }
}

function fits({ path, email }: FaultScope, call: ReceivedCall): boolean {
  if (path !== undefined) return call.path === `/v3${path}`;
  return call.email !== null && (email ?? call.email) === call.email;
}

async function carryOut(fault: Exclude<Fault, { kind: 'hang' }>, connection: Connection): Promise<boolean> {
  const { request, response } = connection;
  if (fault.kind === 'delay') {
    await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    return response.destroyed;
  }
  if (fault.kind === 'answer') {
    const text = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
    const type = typeof fault.body === 'object' && { 'content-type': 'application/json' };
    response.writeHead(fault.status, { ...type, ...fault.headers }).end(text);
    return true;
  }
  if (fault.kind === 'endless') {
    response.writeHead(fault.status, { 'content-type': 'text/html' });
    const more = () => {
      while (!response.destroyed && response.write('<p>and so on</p>'.repeat(1000)));
    };
    response.on('drain', more);
    more();
    return true;
  }
  if (fault.kind === 'lost answer') connection.answer();
  if ('status' in fault) {
    response.writeHead(fault.status, { 'content-type': 'application/json', 'content-length': '100' });
    await new Promise((resolve) => response.write('{"code":"in', resolve));
  }
  if (fault.kind !== 'hang midway') request.socket.resetAndDestroy();
  return true;
}
