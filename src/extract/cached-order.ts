/**
 * A reading that need not be repeated: the order, with the hash of every file it depends on.
 *
 * One entry a configuration and option set. An entry counts only while all those files still
 * read the same, so a wrong answer would need two texts with one SHA-256; a file that was
 * missing then and exists now makes it void as well.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Order } from '../order/order.ts';
import { parseOrder } from '../order/order.ts';
import type { Cache } from './cache.ts';
import { cacheVersion } from './cache.ts';
import type { FileHashes } from './file-hashes.ts';

const entrySchema = v.strictObject({
  files: v.record(v.string(), v.nullable(v.string())),
  order: v.unknown(),
});

/** The key of everything that is asked for, apart from the tree itself. */
export function orderKey(request: unknown): string {
  return createHash('sha256')
    .update(`${cacheVersion}\n${JSON.stringify(request)}`)
    .digest('hex');
}

/** The stored order, if no file that it rests on has changed. */
export function storedOrder(cache: Cache, key: string, hashes: FileHashes): Order | null {
  const text = cache.get(key);
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const entry = v.safeParse(entrySchema, json);
  if (!entry.success) return null;
  for (const [path, hash] of Object.entries(entry.output.files)) {
    if (hashes.of(path) !== hash) return null;
  }
  const order = parseOrder(entry.output.order, 'cache');
  return order.ok ? order.value : null;
}

export function storeOrder(
  cache: Cache,
  key: string,
  hashes: FileHashes,
  paths: readonly string[],
  order: Order,
): void {
  const files = Object.fromEntries(
    [...new Set(paths)].sort().map((path) => [path, hashes.of(path)]),
  );
  cache.put(key, JSON.stringify({ files, order }));
}
