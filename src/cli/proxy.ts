import * as http from 'node:http';
import { getProxyForUrl } from 'proxy-from-env';
import { Problem } from '../errors.ts';

/**
 * Lets calls to `baseUrl` go through the proxy that HTTPS_PROXY or HTTP_PROXY name, NO_PROXY considered. Gives a sentence
 * that says so, for whoever looks for a fault of the way, without the user and the password that the variable may hold; null
 * when there is none. @throws Problem configuration when the variable holds no address
 */
export function useProxyFor(baseUrl: string): string | null {
  const proxy = getProxyForUrl(baseUrl);
  if (proxy === '') return null;
  const variable = baseUrl.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const isNamed = process.env[variable] || process.env[variable.toLowerCase()];
  if (!isNamed) return `ALL_PROXY is not heeded; to call Brevo through a proxy, set ${variable}.`;
  const url = URL.parse(proxy);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Problem('configuration', `The proxy in ${variable} is no http or https address.`, {
      hint: 'Write it as http://host:port, or name the host of brevo.baseUrl in NO_PROXY.',
    });
  }
  // Bun and Deno heed these variables by themselves; Node does when it is told.
  const isNode = process.versions.bun === undefined && process.versions.deno === undefined;
  if (isNode) http.setGlobalProxyFromEnv();
  return `Calls to Brevo go through the proxy ${url.host} (${variable}).`;
}
