/**
 * Bytes or text that are not what their format says.
 *
 * `code` is stable and may be matched; `offset` is the byte position in the value that was being
 * decoded, or -1 where there is none.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: string;
  readonly offset: number;

  constructor(code: string, offset: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}

/** A configuration value that cannot be used. Names the field, the value and the accepted form. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly field: string;
  readonly found: string;
  readonly accepted: string;

  constructor(field: string, found: string, accepted: string, options?: { cause?: unknown }) {
    super(`\`${field}\`: expected ${accepted}, found ${found}`, options);
    this.field = field;
    this.found = found;
    this.accepted = accepted;
  }
}

/** A belief of our own that turned out false: a bug in headwater, never a fault of its input. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * States a belief about our own code.
 *
 * @throws InvariantError when `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Ends a `switch` over a tagged union: compiles only when every tag has its arm. */
export function unreachable(value: never): never {
  // Not the whole value: JSON has no bigint, and a state may hold megabytes.
  const { type } = value as { readonly type?: unknown };
  throw new InvariantError(`unreachable: ${String(type ?? value)}`);
}
