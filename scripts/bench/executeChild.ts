import { installNative } from '../../src/native/install.ts';
import { benchExecution } from './execute.ts';

// The process in which execution is measured: `executeChild <shared>`.

const [shared = ''] = process.argv.slice(2);
await installNative();
await benchExecution(shared);
