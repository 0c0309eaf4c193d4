import { ZERO_ADDRESS, hexToBytes } from '../../base/bytes.ts';
import { L1_INFO_DEPOSITOR } from '../l1InfoTx.ts';
import { GAS_PRICE_ORACLE, L1_BLOCK, OPERATOR_FEE_VAULT } from '../predeploys.ts';
import {
  ISTHMUS_GAS_PRICE_ORACLE,
  ISTHMUS_L1_BLOCK,
  ISTHMUS_OPERATOR_FEE_VAULT,
} from './code/isthmus.generated.ts';
import { unpack } from '../../base/packed.ts';
import { type UpgradeDeposit, upgradeTo } from './upgradeDeposit.ts';

/**
 * The 8 transactions of the Isthmus activation block.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.8
 */
export function isthmusDeposits(): readonly UpgradeDeposit[] {
  return [
    {
      intent: 'Isthmus: L1 Block Deployment',
      from: '0x4210000000000000000000000000000000000003',
      to: undefined,
      gas: 425_000n,
      data: unpack(ISTHMUS_L1_BLOCK),
    },
    {
      intent: 'Isthmus: Gas Price Oracle Deployment',
      from: '0x4210000000000000000000000000000000000004',
      to: undefined,
      gas: 1_625_000n,
      data: unpack(ISTHMUS_GAS_PRICE_ORACLE),
    },
    {
      intent: 'Isthmus: Operator Fee Vault Deployment',
      from: '0x4210000000000000000000000000000000000005',
      to: undefined,
      gas: 500_000n,
      data: unpack(ISTHMUS_OPERATOR_FEE_VAULT),
    },
    {
      intent: 'Isthmus: L1 Block Proxy Update',
      from: ZERO_ADDRESS,
      to: L1_BLOCK,
      gas: 50_000n,
      data: upgradeTo('0xff256497d61dcd71a9e9ff43967c13fde1f72d12'),
    },
    {
      intent: 'Isthmus: Gas Price Oracle Proxy Update',
      from: ZERO_ADDRESS,
      to: GAS_PRICE_ORACLE,
      gas: 50_000n,
      data: upgradeTo('0x93e57a196454cb919193fa9946f14943cf733845'),
    },
    {
      intent: 'Isthmus: Operator Fee Vault Proxy Update',
      from: ZERO_ADDRESS,
      to: OPERATOR_FEE_VAULT,
      gas: 50_000n,
      data: upgradeTo('0x4fa2be8cd41504037f1838bce3bcc93bc68ff537'),
    },
    {
      intent: 'Isthmus: Gas Price Oracle Set Isthmus',
      from: L1_INFO_DEPOSITOR,
      to: GAS_PRICE_ORACLE,
      gas: 90_000n,
      // setIsthmus()
      data: hexToBytes('0x291b0383'),
    },
    {
      intent: 'Isthmus: EIP-2935 Contract Deployment',
      from: '0x3462413af4609098e1e27a490f554f260213d685',
      to: undefined,
      gas: 250_000n,
      data: hexToBytes(BLOCK_HASHES_INIT_CODE),
    },
  ];
}

/** Init code of the block hash history contract. @spec EIP-2935, Deployment */
const BLOCK_HASHES_INIT_CODE =
  '0x60538060095f395ff33373fffffffffffffffffffffffffffffffffffffffe146046576020360360' +
  '42575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f' +
  '35611fff60014303065500';
