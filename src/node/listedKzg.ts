import type { BlobKzg } from '../sources/verifyBlob.ts';
import type { OpenWait, Waits } from '../transport/waits.ts';

/** KZG whose first answer is listed as a wait: it loads for seconds before that. */
export function listedKzg(kzg: BlobKzg, waits: Waits): BlobKzg {
  let isLoaded = false;
  let loading: OpenWait | undefined;
  return {
    ...kzg,
    commitment: async (blob) => {
      if (isLoaded) return kzg.commitment(blob);
      loading ??= waits.begin('the KZG setup to load', 'check the first blob');
      try {
        return await kzg.commitment(blob);
      } finally {
        isLoaded = true;
        loading?.end();
      }
    },
  };
}
