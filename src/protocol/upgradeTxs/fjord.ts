import { ZERO_ADDRESS, hexToBytes } from '../../base/bytes.ts';
import { L1_INFO_DEPOSITOR } from '../l1InfoTx.ts';
import { GAS_PRICE_ORACLE } from '../predeploys.ts';
import { FJORD_GAS_PRICE_ORACLE } from './code/fjord.generated.ts';
import { unpack } from '../../base/packed.ts';
import { type UpgradeDeposit, upgradeTo } from './upgradeDeposit.ts';

/**
 * The 3 transactions of the Fjord activation block.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.8
 */
export function fjordDeposits(): readonly UpgradeDeposit[] {
  return [
    {
      intent: 'Fjord: Gas Price Oracle Deployment',
      from: '0x4210000000000000000000000000000000000002',
      to: undefined,
      gas: 1_450_000n,
      data: unpack(FJORD_GAS_PRICE_ORACLE),
    },
    {
      intent: 'Fjord: Gas Price Oracle Proxy Update',
      from: ZERO_ADDRESS,
      to: GAS_PRICE_ORACLE,
      gas: 50_000n,
      data: upgradeTo('0xa919894851548179a0750865e7974da599c0fac7'),
    },
    {
      intent: 'Fjord: Gas Price Oracle Set Fjord',
      from: L1_INFO_DEPOSITOR,
      to: GAS_PRICE_ORACLE,
      gas: 90_000n,
      // setFjord()
      data: hexToBytes('0x8e98b106'),
    },
  ];
}
