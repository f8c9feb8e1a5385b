/**
 * Where readings are kept between runs. The room says what is stored under which key; somebody
 * else says where (the command: a folder outside the tree). Keys are hashes of everything that
 * the value was made from, so nothing is ever invalidated, only forgotten.
 */
export interface Cache {
  get(key: string): string | null;
  put(key: string, value: string): void;
}

/** A cache that lives as long as the process. */
export function memoryCache(): Cache {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key) ?? null,
    put: (key, value) => void entries.set(key, value),
  };
}

/** Changes when what is stored changes its meaning: old entries then match no key. */
export const cacheVersion = 'extract/3';
