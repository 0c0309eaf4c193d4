/**
 * What the KZG thread runs. It is a string, because a worker needs a file of its own otherwise,
 * and that is called differently in sources, in the build and in a bundle.
 *
 * `workerData` names modules: `native` (a path, or null), `js`, `setup` and `fullSetup` (URLs).
 *
 * Of the native library only what computes on this thread is called. Its asynchronous functions
 * have threads of their own, which abort a process that ends while they compute: 1 exit of 24.
 */
export const KZG_WORKER_CODE = `
const { parentPort, workerData } = require('node:worker_threads');

const toHex = (bytes) => '0x' + Buffer.from(bytes).toString('hex');
const fromHex = (hex) => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

function loadNative() {
  const { DasContextJs } = require(workerData.native);
  const context = DasContextJs.create({ usePrecomp: false });
  return {
    implementation: 'native',
    commitment: async ({ blob }) => [context.blobToKzgCommitment(blob)],
    proof: async ({ blob, commitment }) => [context.computeBlobKzgProof(blob, commitment)],
    cellProofs: async ({ blob }) => context.computeCellsAndKzgProofs(blob).proofs,
  };
}

async function loadJs() {
  const { KZG } = await import(workerData.js);
  const { trustedSetup } = await import(workerData.setup);
  const kzg = new KZG(trustedSetup);
  let full;
  return {
    implementation: 'js',
    commitment: async ({ blob }) => [fromHex(kzg.blobToKzgCommitment(toHex(blob)))],
    proof: async ({ blob, commitment }) => [
      fromHex(kzg.computeBlobProof(toHex(blob), toHex(commitment))),
    ],
    cellProofs: async ({ blob }) => {
      full ??= new KZG((await import(workerData.fullSetup)).trustedSetup);
      return full.computeCellsAndProofs(toHex(blob))[1].map(fromHex);
    },
  };
}

async function load() {
  let kzg;
  try {
    if (workerData.native !== null) kzg = loadNative();
  } catch {
    // The binary does not fit this system: compute in JavaScript.
  }
  kzg ??= await loadJs();
  parentPort.postMessage({ type: 'loaded', implementation: kzg.implementation });
  return kzg;
}

const loading = load();

parentPort.on('message', async (job) => {
  const { id, type } = job;
  try {
    const result = await (await loading)[type](job);
    parentPort.postMessage({ type: 'done', id, result });
  } catch (error) {
    parentPort.postMessage({ type: 'failed', id, message: String(error?.message ?? error) });
  }
});
`;
