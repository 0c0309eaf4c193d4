import { ZERO_ADDRESS, hexToBytes } from '../../base/bytes.ts';
import { L1_INFO_DEPOSITOR } from '../l1InfoTx.ts';
import { GAS_PRICE_ORACLE, L1_BLOCK } from '../predeploys.ts';
import { JOVIAN_GAS_PRICE_ORACLE, JOVIAN_L1_BLOCK } from './code/jovian.generated.ts';
import { unpack } from '../../base/packed.ts';
import { type UpgradeDeposit, upgradeTo } from './upgradeDeposit.ts';

/**
 * The 5 transactions of the Jovian activation block.
 *
 * Choice: the published text writes `L1Block` and `GasPriceOracle` in the intents; op-node and
 * kona write them as below, so that is what the chains have.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.9
 */
export function jovianDeposits(): readonly UpgradeDeposit[] {
  return [
    {
      intent: 'Jovian: L1 Block Deployment',
      from: '0x4210000000000000000000000000000000000006',
      to: undefined,
      gas: 447_315n,
      data: unpack(JOVIAN_L1_BLOCK),
    },
    {
      intent: 'Jovian: L1 Block Proxy Update',
      from: ZERO_ADDRESS,
      to: L1_BLOCK,
      gas: 50_000n,
      data: upgradeTo('0x3ba4007f5c922fbb33c454b41ea7a1f11e83df2c'),
    },
    {
      intent: 'Jovian: Gas Price Oracle Deployment',
      from: '0x4210000000000000000000000000000000000007',
      to: undefined,
      gas: 1_750_714n,
      data: unpack(JOVIAN_GAS_PRICE_ORACLE),
    },
    {
      intent: 'Jovian: Gas Price Oracle Proxy Update',
      from: ZERO_ADDRESS,
      to: GAS_PRICE_ORACLE,
      gas: 50_000n,
      data: upgradeTo('0x4f1db3c6abd250ba86e0928471a8f7db3afd88f1'),
    },
    {
      intent: 'Jovian: Gas Price Oracle Set Jovian',
      from: L1_INFO_DEPOSITOR,
      to: GAS_PRICE_ORACLE,
      gas: 90_000n,
      // setJovian()
      data: hexToBytes('0xb3d72079'),
    },
  ];
}
