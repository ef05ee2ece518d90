import { type Account, problem, type StandInReply } from './brevo-account.ts';
import { createContact, removeFromList, showContact } from './brevo-contacts.ts';
import { type ContactRequest, decoded, faultsOf, listToLeave, type StandInRequest } from './brevo-request.ts';

/** What Brevo answers to one request, in its own words as far as they are known; changes `account` as Brevo would. */
export function answerAsBrevo(account: Account, request: StandInRequest): StandInReply {
  const key = request.headers['api-key'];
  if (key === undefined) return problem(401, 'unauthorized', 'authentication not found in headers');
  if (key !== account.apiKey) return problem(401, 'unauthorized', 'Key not found');
  return request.method === 'GET' ? show(account, request.path) : write(account, request);
}

function write(account: Account, request: StandInRequest): StandInReply {
  const { method, path } = request;
  const list = listToLeave(request);
  if (!(method === 'POST' && path === '/v3/contacts') && list === undefined) return noRoute(request);
  const [fault] = faultsOf(request, account.attributes);
  if (fault !== undefined) return problem(400, 'invalid_parameter', fault);
  if (list !== undefined) return removeFromList(account, list, (request.body as { emails: string[] }).emails);
  return createContact(account, request.body as ContactRequest);
}

function show(account: Account, path: string): StandInReply {
  if (path === '/v3/account') {
    return { status: 200, body: { email: 'owner@example.com', companyName: 'Demo', plan: [] } };
  }
  if (path === '/v3/contacts/attributes') return { status: 200, body: { attributes: account.attributes } };
  const list = /^\/v3\/contacts\/lists\/([^/]+)$/.exec(path)?.[1];
  if (list !== undefined) return showList(account, list);
  const identifier = /^\/v3\/contacts\/([^/]+)$/.exec(path)?.[1];
  if (identifier !== undefined) return showContact(account, decoded(identifier));
  return noRoute({ method: 'GET', path });
}

function showList(account: Account, text: string): StandInReply {
  const id = Number(text);
  if (!Number.isInteger(id)) return problem(400, 'invalid_parameter', 'List ID must be a number');
  if (!account.lists.includes(id)) return problem(404, 'document_not_found', 'List ID does not exist');
  const members = [...account.contacts.values()].filter((contact) => contact.listIds.has(id));
  const totalBlacklisted = members.filter(({ emailBlacklisted }) => emailBlacklisted).length;
  const totalSubscribers = members.length - totalBlacklisted;
  return { status: 200, body: { id, name: `List ${id}`, folderId: 1, totalSubscribers, totalBlacklisted } };
}

function noRoute({ method, path }: Pick<StandInRequest, 'method' | 'path'>): StandInReply {
  return problem(404, 'not_found', `No route for ${method} ${path}`);
}
