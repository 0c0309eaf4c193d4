import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { excerpt } from '../../base/excerpt.ts';
import { isObject } from '../../base/json.ts';
import { UsageError } from '../exit.ts';
import { gzipFault } from '../files.ts';

/** One line of a file of JSON lines. `line` counts from 1. */
export type JsonLine = {
  readonly line: number;
  readonly json: { readonly [key: string]: unknown };
};

/**
 * The lines of a `.ndjson` or `.ndjson.gz` file, read as they are asked for. Empty lines are passed
 * over.
 *
 * @throws UsageError naming file and line, where one is no JSON object or the file cannot be read.
 */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine, void, void> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 20 });
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  // An error of the file itself would otherwise never reach the decompressor.
  bytes.on('error', (error) => text.destroy(error));
  const lines = createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  try {
    for await (const content of lines) {
      line += 1;
      if (content.trim() !== '') yield { line, json: parseLine(file, line, content) };
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const reason = gzipFault(cause) ?? message;
    throw new UsageError(`cannot read \`${file}\` after line ${line}: ${reason}`, { cause });
  } finally {
    lines.close();
    bytes.destroy();
  }
}

function parseLine(file: string, line: number, content: string): JsonLine['json'] {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    // The parser's own complaint would repeat the line as it is.
    throw new UsageError(`${file}, line ${line}: expected JSON, found \`${excerpt(content, 40)}\``);
  }
  if (isObject(json)) return json;
  const found = excerpt(content, 40);
  throw new UsageError(`${file}, line ${line}: expected a JSON object, found \`${found}\``);
}
