import { excerpt } from '../base/excerpt.ts';

/** What to write instead of a secret. */
const HIDDEN = '…';

/** Shorter pieces of a URL are words (`eth`, `v3`), not keys. */
const SHORTEST_SECRET_CHARS = 8;

/** Of what a server says, in a message. */
const MAX_TEXT_CHARS = 300;

/**
 * How an endpoint is called in messages and logs: scheme, host and port. Never a path, a query
 * or user information, because providers put keys there.
 */
export function endpointName(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

/** The text of a server without any part of `url` that may be a key: an excerpt of it. */
export function withoutSecrets(text: string, url: URL): string {
  let clean = text;
  for (const secret of secretsOf(url)) clean = clean.replaceAll(secret, HIDDEN);
  return excerpt(clean, MAX_TEXT_CHARS);
}

function secretsOf(url: URL): readonly string[] {
  const parts = [
    url.password,
    url.username,
    ...url.pathname.split('/'),
    ...url.searchParams.values(),
  ];
  return parts.filter((part) => part.length >= SHORTEST_SECRET_CHARS);
}
