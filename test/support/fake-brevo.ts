import type { ServerResponse } from 'node:http';
import type { StandInReply } from '../../src/demo/brevo-answers.ts';
import {
  type Connection,
  type ReceivedCall,
  type StandIn,
  type StandInOptions,
  startBrevoStandIn,
} from '../../src/demo/brevo-stand-in.ts';

/** What is to go wrong with one written contact. Where it says so, the contact is kept nevertheless. */
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

/** Which calls a fault befalls: one address, the first so many calls, or everybody for ever. */
export interface FaultScope {
  email?: string;
  times?: number;
}

export interface FakeBrevo extends StandIn {
  apiKey: string;
  /** Adds a fault, by default for the next call only. The oldest fault that fits a call is the one it meets. */
  script(fault: Fault, scope?: FaultScope): void;
  /** Forgets every fault that is left. */
  heal(): void;
  /** Lets every hanging call go on. */
  release(): void;
  /** Resolves when this many calls have arrived that write a contact. */
  arrived(calls: number): Promise<void>;
  /** The calls that write contacts, in order of arrival; of one address, if given. */
  writes(email?: string): ReceivedCall[];
  /** The largest number of calls that were in flight together; of one address, if given. */
  mostInFlight(email?: string): number;
}

/** A Brevo over real HTTP that keeps contacts, and fails as it is told. Lists 5 and 7 exist unless others are given. */
export async function startFakeBrevo(options: Partial<Omit<StandInOptions, 'intercept'>> = {}): Promise<FakeBrevo> {
  const apiKey = options.apiKey ?? 'xkeysib-0123456789abcdef-TEST';
  const faults: Array<{ fault: Fault; email: string | undefined; left: number }> = [];
  const hanging = new Set<() => void>();
  const awaited: Array<{ calls: number; resolve: () => void }> = [];
  const writes: ReceivedCall[] = [];
  const everybody = new Flight();
  const flights = new Map<string, Flight>();

  function take(email: string): Fault | undefined {
    const found = faults.find((entry) => entry.left > 0 && (entry.email ?? email) === email);
    if (found) found.left -= 1;
    return found?.fault;
  }

  function intercept(call: ReceivedCall, connection: Connection): Promise<boolean> | boolean {
    if (call.email === null) return false;
    writes.push(call);
    everybody.board(connection.response);
    const flight = flights.get(call.email) ?? new Flight();
    flights.set(call.email, flight);
    flight.board(connection.response);
    for (const { calls, resolve } of awaited) if (writes.length >= calls) resolve();
    const fault = take(call.email);
    if (fault?.kind === 'hang') {
      return new Promise((resolve) => hanging.add(() => resolve(connection.response.destroyed)));
    }
    return fault === undefined ? false : befall(fault, connection);
  }

  const standIn = await startBrevoStandIn({
    lists: [5, 7],
    attributes: ['FUNNEL_TYPE', 'CERTIFICATE_PURCHASED', 'CERTIFICATE_PURCHASED_AT'],
    ...options,
    apiKey,
    intercept,
  });
  return {
    ...standIn,
    apiKey,
    script: (fault, { email, times = 1 } = {}) => faults.push({ fault, email, left: times }),
    heal: () => faults.splice(0),
    release() {
      for (const go of hanging) go();
      hanging.clear();
    },
    arrived: (calls) =>
      new Promise((resolve) => {
        awaited.push({ calls, resolve });
        if (writes.length >= calls) resolve();
      }),
    writes: (email) => writes.filter((call) => email === undefined || call.email === email),
    mostInFlight: (email) => (email === undefined ? everybody : flights.get(email))?.peak ?? 0,
  };
}

/** Carries a fault out; tells whether the connection is taken care of. */
async function befall(fault: Exclude<Fault, { kind: 'hang' }>, connection: Connection): Promise<boolean> {
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

/** Counts calls in flight, and remembers the most there were at once. */
class Flight {
  peak = 0;
  #now = 0;

  /** The call is over when its answer has been handed to the network, or its connection is gone. */
  board(response: ServerResponse): void {
    this.#now += 1;
    this.peak = Math.max(this.peak, this.#now);
    let over = false;
    const land = (): void => {
      if (!over) this.#now -= 1;
      over = true;
    };
    response.once('finish', land).once('close', land);
  }
}
