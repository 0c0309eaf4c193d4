/**
 * What the thread runs that verifies KZG proofs. It is a string for the reason that KZG_WORKER_CODE
 * is one.
 *
 * `workerData` has the path of the `native` package and the shared memory, whose layout and states
 * stand in kzgProof.ts. The thread sleeps while nothing is asked.
 */
export const KZG_PROOF_WORKER_CODE = `
const { workerData } = require('node:worker_threads');
const { state, bytes, native } = workerData;
const { IDLE, ASKED, PROVEN, REFUTED, UNCLEAR } = workerData.states;
const kzg = require(native).DasContextJs.create({ usePrecomp: false });

function verify() {
  const [commitment, z, y, proof] = [[0, 48], [48, 80], [80, 112], [112, 160]].map(
    ([start, end]) => bytes.slice(start, end),
  );
  try {
    return kzg.verifyKzgProof(commitment, z, y, proof) ? PROVEN : REFUTED;
  } catch {
    return UNCLEAR;
  }
}

Atomics.store(state, 0, IDLE);
for (;;) {
  const now = Atomics.load(state, 0);
  if (now !== ASKED) {
    Atomics.wait(state, 0, now);
    continue;
  }
  Atomics.store(state, 0, verify());
  Atomics.notify(state, 0);
}
`;
