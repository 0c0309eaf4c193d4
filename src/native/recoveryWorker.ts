/**
 * What the recovery thread runs. It is a string for the reason that KZG_WORKER_CODE is one.
 *
 * `workerData` has the path of the `native` package and the shared memory of a `RecoveryRing`,
 * whose layout and states stand in recoverAhead.ts. The thread takes slots in order and sleeps
 * while none is waiting.
 */
export const RECOVERY_WORKER_CODE = `
const { workerData } = require('node:worker_threads');
const { SLOTS, WAITING, TAKEN, DONE, INVALID } = workerData.layout;
const { begun, states, jobs, keys } = workerData;
const native = require(workerData.native);

function recover(slot) {
  const job = jobs.slice(slot * 97, slot * 97 + 97);
  try {
    const key = native.ecdsaRecover(job.subarray(32, 96), job[96], job.subarray(0, 32), false);
    keys.set(key, slot * 65);
    return DONE;
  } catch {
    return INVALID;
  }
}

for (let next = 0; ; ) {
  const end = Atomics.load(begun, 0);
  if (next === end) {
    Atomics.wait(begun, 0, end);
    continue;
  }
  const slot = next & (SLOTS - 1);
  next = (next + 1) | 0;
  if (Atomics.compareExchange(states, slot, WAITING, TAKEN) !== WAITING) continue;
  Atomics.store(states, slot, recover(slot));
}
`;
