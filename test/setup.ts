import { prepareWorker } from './support/worker.ts';

await prepareWorker();
