import { installNative } from '../src/native/install.ts';

await installNative();
