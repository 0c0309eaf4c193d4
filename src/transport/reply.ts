import { excerpt } from '../base/excerpt.ts';
import { TransportError, type TransportErrorCode } from './errors.ts';
import type { HttpClient, HttpReply } from './http.ts';
import { endpointName, withoutSecrets } from './secrets.ts';

/** Who answered, as messages may name it. */
type Answerer = Pick<HttpClient, 'name' | 'url'>;

/** The error that an HTTP status stands for; undefined for one of success. */
export function statusError(client: Answerer, reply: HttpReply): TransportError | undefined {
  const { status, retryAfterMs } = reply;
  if (status < 300) return undefined;
  const message = `${client.name}: expected an answer, found ${describeReply(client, reply)}`;
  return new TransportError(CODES[status] ?? 'status', message, { status, retryAfterMs });
}

/** The JSON of a reply. @throws TransportError telling what came instead. */
export function parseJsonReply(client: Answerer, reply: HttpReply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    // The parser's own complaint would repeat the body as it is.
    const message = `${client.name}: expected JSON, found ${describeReply(client, reply)}`;
    throw new TransportError('badAnswer', message);
  }
}

const CODES: { readonly [status: number]: TransportErrorCode } = {
  401: 'unauthorized',
  403: 'unauthorized',
  413: 'tooLarge',
  429: 'rateLimited',
};

/** As much of a body as is looked at for a message. */
const MAX_BODY_CHARS = 1_000;

/** A reply that is not what was asked for: status, type, how it begins, and what to look at. */
export function describeReply(client: Answerer, reply: HttpReply): string {
  const { status, contentType, body } = reply;
  const text = withoutSecrets(body.slice(0, MAX_BODY_CHARS).trim(), client.url);
  const what = text === '' ? 'an empty body' : `\`${excerpt(text)}\``;
  const type = contentType === undefined ? '' : `, ${excerpt(contentType, 40)}`;
  const advice = adviceOn(client, reply);
  return `HTTP status ${status}${type}: ${what}${advice === '' ? '' : `; ${advice}`}`;
}

function adviceOn({ url }: Answerer, { status, contentType, location }: HttpReply): string {
  if (status >= 300 && status < 400) {
    if (location === undefined || !URL.canParse(location, url.href)) return 'look at the URL';
    const target = new URL(location, url);
    const isHere = target.origin === url.origin;
    return isHere ? 'look at the path in the URL' : `give the URL of ${endpointName(target)}`;
  }
  if (status === 401 || status === 403) return 'look at the key in the URL or the headers';
  if (status === 404) return 'look at the path in the URL';
  if (status === 429) return 'it limits how often it may be asked';
  const isOther = status < 300 || contentType?.startsWith('text/html') === true;
  return isOther && status < 500 ? 'is this the URL of the right server?' : '';
}
