import { describe, expect, test } from 'vitest';
import { endpointName, withoutSecrets } from '../../src/transport/secrets.ts';

const URL_WITH_KEYS = new URL(
  'https://user0000:pass0000@l1.example:8545/v3/0123456789ab?key=fedcba987654',
);

describe('endpointName', () => {
  test('default: scheme, host and port', () => {
    expect(endpointName(URL_WITH_KEYS)).toBe('https://l1.example:8545');
  });
});

describe('withoutSecrets', () => {
  test('default: every part that may be a key', () => {
    const text = 'v3 0123456789ab fedcba987654 user0000 pass0000 0123456789ab';
    expect(withoutSecrets(text, URL_WITH_KEYS)).toBe('v3 … … … … …');
  });

  test('behavior: cuts what is long', () => {
    expect(withoutSecrets('x'.repeat(5000), URL_WITH_KEYS).length).toBe(301);
  });
});
