import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFunnels } from '../support/program.ts';

describe('a command that only reads', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is ended at once by %s', async (signal, code) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // A server that takes the connection and then says nothing keeps the command waiting.
    const connected = once(server, 'connection');
    const running = startFunnels(['report', 'conversions'], {
      environment: { FUNNELS_DATABASE_URL: `mysql://funnels@127.0.0.1:${port}/testizer` },
    });
    await connected;
    running.process.kill(signal);
    const ended = await running.ended;
    expect({ stdout: ended.stdout, stderr: ended.stderr }).toEqual({ stdout: '', stderr: '' });
    // A shell turns the end by a signal into this code.
    expect(ended.signal === signal || ended.code === code).toBe(true);
  });
});

const needed = {
  FUNNELS_BREVO_API_KEY: 'xkeysib-1',
  FUNNELS_FUNNELS_LANGUAGE_LIST_ID: '5',
  FUNNELS_FUNNELS_NON_LANGUAGE_LIST_ID: '7',
};

describe('a command that writes', () => {
  it.each([
    ['SIGINT', 130, 'Ctrl-C', 'migrate'],
    ['SIGTERM', 143, 'a signal', 'migrate'],
    ['SIGINT', 130, 'Ctrl-C', 'sync'],
    ['SIGTERM', 143, 'a signal', 'drain-outbox'],
  ] as const)(
    'is not kept by a database not reached yet when %s comes (%i, %s: %s)',
    async (signal, code, by, command) => {
      const server = createServer();
      onTestFinished(() => void server.close());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const connected = once(server, 'connection');
      const running = startFunnels([command], {
        environment: { ...needed, FUNNELS_DATABASE_URL: `mysql://funnels@127.0.0.1:${port}/testizer` },
      });
      await connected;
      running.process.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(
        new RegExp(
          `^${signal === 'SIGINT' ? 'Finishing what is in flight; .*\\n' : ''}Error: Stopped by ${by}\\. The database testizer .* had not been reached yet.*\\n.*run it again\\.\\n$`,
        ),
      );
    },
  );
});
