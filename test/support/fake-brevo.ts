import { contactOf } from '../../src/demo/brevo-account.ts';
import type { ReceivedCall } from '../../src/demo/brevo-calls.ts';
import {
  type Connection,
  type StandIn,
  type StandInOptions,
  startBrevoStandIn,
} from '../../src/demo/brevo-stand-in.ts';
import { demoAttributes } from '../../src/demo/settings.ts';
import { type Fault, type FaultScope, Faults } from './brevo-faults.ts';
import { Flight, mostInOneSecond, offencesOf } from './brevo-traffic.ts';

export type { Fault, FaultScope } from './brevo-faults.ts';

export interface FakeBrevo extends StandIn {
  apiKey: string;
  /** Adds a fault, by default for the next written contact only. The oldest fault that fits a call is the one it meets. */
  script(fault: Fault, scope?: FaultScope): void;
  /** Forgets every fault that is left. */
  heal(): void;
  /** Lets every hanging call go on. */
  release(): void;
  /** Marks a contact, there or not yet, as one that wants no mail. */
  blocklist(email: string): void;
  /** Resolves when this many calls have arrived that write a contact. */
  arrived(calls: number): Promise<void>;
  /** The calls that write contacts (POST), in order of arrival; of one address, if given. */
  writes(email?: string): ReceivedCall[];
  /** The calls that read, in order of arrival: 'GET /contacts/lists/5'. */
  reads(): string[];
  /** The largest number of written contacts that were in flight together; of one address, if given. */
  mostInFlight(email?: string): number;
  /** The largest number of calls of any kind that arrived within one second. */
  callsPerSecond(): number;
  /** Ends it, and fails when any call was one that this program must never make: emailBlacklisted above all. */
  close(): Promise<void>;
}

/** A Brevo over real HTTP that keeps contacts, and fails as it is told. Lists 5 and 7 exist unless others are given. */
export async function startFakeBrevo(options: Partial<Omit<StandInOptions, 'intercept'>> = {}): Promise<FakeBrevo> {
  const apiKey = options.apiKey ?? 'xkeysib-0123456789abcdef-TEST';
  const faults = new Faults();
  const awaited: Array<{ calls: number; resolve: () => void }> = [];
  const writes: ReceivedCall[] = [];
  const everybody = new Flight();
  const flights = new Map<string, Flight>();
  const offences: string[] = [];

  function intercept(call: ReceivedCall, connection: Connection): Promise<boolean> | boolean {
    offences.push(...offencesOf(call, connection.request.headers['api-key'] as string | undefined));
    if (call.email !== null) {
      writes.push(call);
      everybody.board(connection.response);
      const flight = flights.get(call.email) ?? new Flight();
      flights.set(call.email, flight);
      flight.board(connection.response);
      for (const { calls, resolve } of awaited) if (writes.length >= calls) resolve();
    }
    return faults.befall(call, connection);
  }

  const standIn = await startBrevoStandIn({
    lists: [5, 7],
    attributes: demoAttributes,
    ...options,
    apiKey,
    intercept,
  });
  return {
    ...standIn,
    apiKey,
    script: (fault, scope = {}) => faults.add(fault, scope),
    heal: () => faults.clear(),
    release: () => faults.release(),
    blocklist(email) {
      contactOf(standIn.account, email).emailBlacklisted = true;
    },
    arrived: (calls) =>
      new Promise((resolve) => {
        awaited.push({ calls, resolve });
        if (writes.length >= calls) resolve();
      }),
    writes: (email) => writes.filter((call) => email === undefined || call.email === email),
    reads: () =>
      standIn.requests
        .filter(({ method }) => method === 'GET')
        .map(({ method, path }) => `${method} ${path.replace(/^\/v3/, '')}`),
    mostInFlight: (email) => (email === undefined ? everybody : flights.get(email))?.peak ?? 0,
    callsPerSecond: () => mostInOneSecond(standIn.requests.map(({ receivedAt }) => receivedAt)),
    async close() {
      await standIn.close();
      if (offences.length > 0) throw new Error(`Calls that must never be made:\n${offences.join('\n')}`);
    },
  };
}
