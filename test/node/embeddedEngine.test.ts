import { openEngine } from '../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { describeEnginePort } from '../engine/port.compliance.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

describeEnginePort('embedded', async () => {
  const engine = embeddedEngine(await openEngine(smallGenesis(), memoryKeyValueStore()));
  const attributesOn = ({ executionPayload }: PayloadEnvelope, salt: number) =>
    smallAttributes(executionPayload.blockNumber + 1n, salt);
  return {
    engine,
    chainId: smallGenesis().config.chainId,
    attributesOn,
    invalidAttributesOn: (parent) => {
      const attributes = attributesOn(parent, 0);
      const noTransaction = Uint8Array.of(0x02, 0xc0);
      return { ...attributes, transactions: [...attributes.transactions, noTransaction] };
    },
    close: engine.close,
  };
});
