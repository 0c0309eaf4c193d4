/**
 * `compute` that, asked again what it was asked last, answers from memory. For pure functions of
 * strings and bigints that cost more than a comparison and whose arguments seldom change.
 *
 * The last call is remembered as long as the function lives, and no other; one that throws is not.
 * Callers can tell by nothing but the time, as long as nobody changes a result: all get the same.
 */
export function rememberLast<A extends readonly (string | bigint)[], R>(
  compute: (...given: A) => R,
): (...given: A) => R {
  let last: { readonly given: A; readonly result: R } | undefined;
  return (...given) => {
    if (last === undefined || !isSame(last.given, given)) {
      last = { given, result: compute(...given) };
    }
    return last.result;
  };
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
