import { describe, expect, test } from 'vitest';
import { sendRefusal } from '../../src/l1Tx/sendErrors.ts';

describe('sendRefusal', () => {
  test.each([
    ['already known', 'known'],
    ['replacement transaction underpriced', 'underpriced'],
    ['transaction underpriced: gas tip cap 0', 'underpriced'],
    ['nonce too low: next nonce 5, tx nonce 4', 'nonceTooLow'],
    ['nonce too high', 'nonceTooHigh'],
    ['address already reserved', 'reserved'],
    ['insufficient funds for gas * price + value', 'other'],
  ])('default: %s', (message, refusal) => {
    expect(sendRefusal(message)).toBe(refusal);
  });

  test('behavior: words of the operator', () => {
    expect(sendRefusal('tx sent before', ['sent before'])).toBe('known');
    expect(sendRefusal('nonce too low', [''])).toBe('nonceTooLow');
  });
});
