import fc from 'fast-check';
import { bigintToMinimalBytes, concatBytes } from '../../src/base/bytes.ts';
import { encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import type { SpanBatch } from '../../src/protocol/batch.ts';
import type { SpanContext } from '../../src/protocol/spanBatch.ts';

const u256 = fc.bigInt(0n, 2n ** 256n - 1n).map(bigintToMinimalBytes);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n).map(bigintToMinimalBytes);
const fixedBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = fixedBytes(20);
const recipient = fc.oneof(address, fc.constant(new Uint8Array(0)));
const callData = fc.uint8Array({ maxLength: 80 });
const accessList = fc.array(fc.tuple(address, fc.array(fixedBytes(32), { maxLength: 2 })), {
  maxLength: 2,
});
const parity = fc.constantFrom(0n, 1n);
const authorizations = fc.array(
  fc.tuple(u256, address, u64, parity.map(bigintToMinimalBytes), u256, u256),
  { minLength: 1, maxLength: 2 },
);

/** Signed transactions of every type that a span can hold. Signatures are noise. */
export function transactions(chainId: bigint): fc.Arbitrary<Uint8Array> {
  const chain = fc.constant(bigintToMinimalBytes(chainId));
  const yParity = parity.map(bigintToMinimalBytes);
  const v = fc
    .constantFrom(27n, 28n, 2n * chainId + 35n, 2n * chainId + 36n)
    .map(bigintToMinimalBytes);
  const legacy = fc.tuple(u64, u256, u64, recipient, u256, callData, v, u256, u256);
  const fees = [u64, u256, u256] as const;
  const rest = [recipient, u256, callData, accessList] as const;
  const signature = [yParity, u256, u256] as const;
  const type1 = fc.tuple(chain, u64, u256, u64, ...rest, ...signature);
  const type2 = fc.tuple(chain, ...fees, u64, ...rest, ...signature);
  const toSomeone = [address, u256, callData, accessList] as const;
  const type4 = fc.tuple(chain, ...fees, u64, ...toSomeone, authorizations, ...signature);
  return fc.oneof(
    legacy.map((fields) => encodeRlp(fields)),
    type1.map((fields) => typed(1, fields)),
    type2.map((fields) => typed(2, fields)),
    type4.map((fields) => typed(4, fields)),
    callData.map((bytes) => typed(0x7d, [bytes])),
  );
}

function typed(type: number, fields: RlpItem): Uint8Array {
  return concatBytes(Uint8Array.of(type), encodeRlp(fields));
}

/** Span batches as a batcher could send them: consecutive blocks, epochs that grow by 0 or 1. */
export function spanBatches(context: SpanContext): fc.Arbitrary<SpanBatch> {
  const block = fc.record({
    newEpoch: fc.boolean(),
    transactions: fc.array(transactions(context.l2ChainId), { maxLength: 4 }),
  });
  return fc
    .record({
      blocks: fc.array(block, { minLength: 1, maxLength: 12 }),
      start: fc.bigInt(0n, 2n ** 40n),
      epoch: fc.bigInt(0n, 2n ** 63n),
    })
    .map(({ blocks, start, epoch }) => {
      let epochNumber = epoch;
      const elements = blocks.map(({ newEpoch, transactions }, i) => {
        if (newEpoch) epochNumber += 1n;
        const timestamp = context.l2Time + start + context.blockTime * BigInt(i);
        return { epochNumber, timestamp, transactions };
      });
      const parentCheck = `0x${'ab'.repeat(20)}` as const;
      const l1OriginCheck = `0x${'cd'.repeat(20)}` as const;
      return { type: 'span', parentCheck, l1OriginCheck, elements };
    });
}
