/** Something that takes a while to load, and is loaded when it is first needed. */
export type Lazy<T> = {
  /** Undefined until it has been loaded. */
  readonly loaded: T | undefined;
  /** Loads it; calls that overlap share one load, and after a failure the next call tries again. */
  readonly load: () => Promise<T>;
};

/** `load` put off. */
export function lazily<T>(load: () => Promise<T>): Lazy<T> {
  let loaded: T | undefined;
  let loading: Promise<T> | undefined;
  return {
    get loaded() {
      return loaded;
    },
    load: () => {
      loading ??= load().then(
        (value) => {
          loaded = value;
          return value;
        },
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
  };
}
