// Writes src/protocol/upgradeTxs/code/*.generated.ts: the init code and the transaction bundle
// that network upgrades deploy, deflated, as base64.
//
//   tsx scripts/generateUpgradeCode.ts DIRECTORY
//
// DIRECTORY holds the `*-deployment.txt` files of the OP Stack specs (specs/static/bytecode) and
// karst_nut_bundle.json of the monorepo (op-core/nuts/bundles). Tests pin what comes out.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

const TARGET = join(dirname(fileURLToPath(import.meta.url)), '../src/protocol/upgradeTxs/code');

const INIT_CODE = {
  ecotone: { L1_BLOCK: 'l1-block', GAS_PRICE_ORACLE: 'gas-price-oracle' },
  fjord: { GAS_PRICE_ORACLE: 'gas-price-oracle' },
  isthmus: {
    L1_BLOCK: 'l1-block',
    GAS_PRICE_ORACLE: 'gas-price-oracle',
    OPERATOR_FEE_VAULT: 'operator-fee',
  },
  jovian: { L1_BLOCK: 'l1-block', GAS_PRICE_ORACLE: 'gas-price-oracle' },
};

function packed(name: string, what: string, content: Buffer): string {
  const text = deflateSync(content, { level: 9 }).toString('base64');
  return (
    `/** ${what}, ${content.length} bytes, deflated, base64. */\nexport const ${name} =\n  ` +
    `'${text}';\n`
  );
}

function write(fork: string, constants: readonly string[]): void {
  const head = '// Written by scripts/generateUpgradeCode.ts; not edited by hand.\n\n';
  writeFileSync(join(TARGET, `${fork}.generated.ts`), head + constants.join('\n'));
}

const source = process.argv[2];
if (source === undefined) throw new Error('expected the directory of the bytecode files');
for (const [fork, files] of Object.entries(INIT_CODE)) {
  const constants = Object.entries(files).map(([name, file]) => {
    const path = `${fork}-${file}-deployment.txt`;
    const hex = readFileSync(join(source, path), 'utf8').trim().slice(2);
    return packed(`${fork.toUpperCase()}_${name}`, `Init code of ${path}`, Buffer.from(hex, 'hex'));
  });
  write(fork, constants);
}
const bundle = readFileSync(join(source, 'karst_nut_bundle.json'));
write('karst', [packed('KARST_BUNDLE', 'karst_nut_bundle.json, byte for byte', bundle)]);
