import { sentence } from '../errors.ts';
import { DatabaseProblem } from './database.ts';
import { type MysqlTarget, nameOf } from './mysql-target.ts';

const unknownAuthority = {
  what: 'has a certificate of an authority that is not known here',
  hint: 'Name the file with the certificate of its authority in database.tlsCaFile.',
};

/** Node's codes for a certificate that does not do. */
const certificates: Readonly<Record<string, { what: string; hint: string }>> = {
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'has a certificate that it has signed itself',
    hint: 'Name the file with this certificate in database.tlsCaFile, or give the server one of a known authority.',
  },
  CERT_HAS_EXPIRED: { what: 'has a certificate that has expired', hint: 'Renew the certificate on the server.' },
  CERT_NOT_YET_VALID: {
    what: 'has a certificate that is not valid yet',
    hint: 'Look at the clock of this machine, and at the certificate on the server.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'has a certificate for another host',
    hint: 'Write a host that the certificate names into database.url, or give the server a certificate for this one.',
  },
};

/** An authority's certificate, or the server's, that OpenSSL does not accept for what it is. */
const other = {
  what: 'and this machine could not agree on an encrypted connection',
  hint: "Look at the server's TLS settings and its certificate; ?ssl=skip-verify accepts any, from anybody.",
};

/**
 * Says what is wrong with an encrypted connection: the server has no TLS, or not the certificate it should have. Waiting
 * mends neither, so it is the configuration's. Undefined for everything else, a network that fails on the way included.
 */
export function explainTlsError(
  cause: Error & { code?: string; tlsCode?: string },
  target: MysqlTarget,
): DatabaseProblem | undefined {
  const { code = '', tlsCode = '', message } = cause;
  const problem = (what: string, hint: string): DatabaseProblem =>
    new DatabaseProblem('other', 'configuration', sentence(`${nameOf(target)} ${what}`), { cause, hint });
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') {
    return problem('has no TLS', 'Set its certificate up on the server, or remove ssl from database.url.');
  }
  // Without a code of Node's, or with one of the system (ECONNRESET), it was the network.
  if (code !== 'HANDSHAKE_SSL_ERROR' || /^E[A-Z]+$/.test(tlsCode.replace('EPROTO', '')) || isCut(message)) {
    return undefined;
  }
  const { what, hint } = certificates[tlsCode] ?? other;
  return problem(`${what}: ${message}`, hint);
}

function isCut(message: string): boolean {
  return /socket disconnected before secure/i.test(message);
}
