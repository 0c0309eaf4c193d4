import { ZERO_ADDRESS, hexToBytes } from '../../base/bytes.ts';
import { L1_INFO_DEPOSITOR } from '../l1InfoTx.ts';
import { GAS_PRICE_ORACLE, L1_BLOCK } from '../predeploys.ts';
import { ECOTONE_GAS_PRICE_ORACLE, ECOTONE_L1_BLOCK } from './code/ecotone.generated.ts';
import { unpack } from '../../base/packed.ts';
import { type UpgradeDeposit, upgradeTo } from './upgradeDeposit.ts';

/**
 * The 6 transactions of the Ecotone activation block. Implementations are the CREATE addresses of
 * their fresh deployers at nonce 0.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.8
 */
export function ecotoneDeposits(): readonly UpgradeDeposit[] {
  return [
    {
      intent: 'Ecotone: L1 Block Deployment',
      from: '0x4210000000000000000000000000000000000000',
      to: undefined,
      gas: 375_000n,
      data: unpack(ECOTONE_L1_BLOCK),
    },
    {
      intent: 'Ecotone: Gas Price Oracle Deployment',
      from: '0x4210000000000000000000000000000000000001',
      to: undefined,
      gas: 1_000_000n,
      data: unpack(ECOTONE_GAS_PRICE_ORACLE),
    },
    {
      intent: 'Ecotone: L1 Block Proxy Update',
      from: ZERO_ADDRESS,
      to: L1_BLOCK,
      gas: 50_000n,
      data: upgradeTo('0x07dbe8500fc591d1852b76fee44d5a05e13097ff'),
    },
    {
      intent: 'Ecotone: Gas Price Oracle Proxy Update',
      from: ZERO_ADDRESS,
      to: GAS_PRICE_ORACLE,
      gas: 50_000n,
      data: upgradeTo('0xb528d11cc114e026f138fe568744c6d45ce6da7a'),
    },
    {
      intent: 'Ecotone: Gas Price Oracle Set Ecotone',
      from: L1_INFO_DEPOSITOR,
      to: GAS_PRICE_ORACLE,
      gas: 80_000n,
      // setEcotone()
      data: hexToBytes('0x22b90ab3'),
    },
    {
      intent: 'Ecotone: beacon block roots contract deployment',
      from: '0x0b799c86a49deeb90402691f1041aa3af2d3c875',
      to: undefined,
      gas: 250_000n,
      data: hexToBytes(BEACON_ROOTS_INIT_CODE),
    },
  ];
}

/** Init code of the beacon block roots contract. @spec EIP-4788, Deployment */
const BEACON_ROOTS_INIT_CODE =
  '0x60618060095f395ff33373fffffffffffffffffffffffffffffffffffffffe14604d576020361460' +
  '24575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205f' +
  'f35b5f5ffd5b62001fff42064281555f359062001fff015500';
