/** A table of a TOML file. */
export type TomlTable = { [key: string]: string | number | boolean | TomlTable };

/**
 * The part of TOML that the Superchain Registry uses: tables, and strings, integers and booleans on
 * one line each.
 *
 * @throws Error naming the line that is something else.
 */
export function parseToml(text: string): TomlTable {
  const root: TomlTable = {};
  let table = root;
  for (const [i, line] of text.split('\n').entries()) {
    const section = /^\s*\[([\w.-]+)\]\s*(?:#.*)?$/.exec(line);
    const entry = /^\s*(\w+)\s*=\s*("[^"\\]*"|-?\d+|true|false)\s*(?:#.*)?$/.exec(line);
    if (section !== null) table = openTable(root, (section[1] as string).split('.'));
    else if (entry !== null) table[entry[1] as string] = toValue(entry[2] as string);
    else if (!/^\s*(?:#.*)?$/.test(line)) throw new Error(`line ${i + 1}: cannot read \`${line}\``);
  }
  return root;
}

/** The table at `path` below `root`, made where it is missing. */
function openTable(root: TomlTable, path: readonly string[]): TomlTable {
  let table = root;
  for (const key of path) {
    table[key] ??= {};
    table = table[key] as TomlTable;
  }
  return table;
}

function toValue(text: string): string | number | boolean {
  if (text.startsWith('"')) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`\`${text}\` is beyond 2^53`);
  return value;
}
