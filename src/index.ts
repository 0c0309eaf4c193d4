// headwater as a library for Node. The pure parts are also entries of their own,
// `headwater/protocol` and `headwater/derive`, for browsers and workers.
export * as derive from './derive/index.ts';
export { installNative, type NativeReport } from './native/install.ts';
export * as protocol from './protocol/index.ts';
