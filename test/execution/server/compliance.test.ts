import { createHttpEngine } from '../../../src/engine/httpEngine.ts';
import type { PayloadEnvelope } from '../../../src/protocol/executionPayload.ts';
import { describeEnginePort } from '../../engine/port.compliance.ts';
import { ENGINE_SECRET, serveEngine } from '../../support/servedEngine.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

describeEnginePort('the served engine, over HTTP', async () => {
  const served = await serveEngine(smallGenesis());
  const { config } = served.engine;
  const engine = createHttpEngine({ url: served.authUrl, jwtSecret: ENGINE_SECRET, config });
  const attributesOn = ({ executionPayload }: PayloadEnvelope, salt: number) =>
    smallAttributes(executionPayload.blockNumber + 1n, salt);
  return {
    engine,
    chainId: config.chainId,
    attributesOn,
    invalidAttributesOn: (parent) => {
      const attributes = attributesOn(parent, 0);
      const noTransaction = Uint8Array.of(0x02, 0xc0);
      return { ...attributes, transactions: [...attributes.transactions, noTransaction] };
    },
    close: async () => {
      await engine.close();
      await served.close();
    },
  };
});
