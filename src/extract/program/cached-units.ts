/**
 * Units that were read before are not read again.
 *
 * An entry counts while the unit, every header that it read and every place where a header was
 * looked for in vain are as they were, and while the unit would give out the same headers. The
 * last condition makes a warm reading equal to a cold one: a header is declared by the unit that
 * comes first, so an edit that changes who comes first has the next one read afresh.
 */
import type { Configuration } from '../config/configuration.ts';
import { virtualPrefix } from '../cpp/include-path.ts';
import type { Cache } from '../cache.ts';
import { cacheVersion } from '../cache.ts';
import type { FileHashes } from '../file-hashes.ts';
import { hashText } from '../file-hashes.ts';
import type { Limits } from '../limits.ts';
import type { UnitReader, UnitText } from './program.ts';
import type { FreshUnits } from './unit-reader.ts';
import { unitFromText, unitToText } from './unit-text.ts';

export class CachedUnits implements UnitReader {
  readonly #cache: Cache;
  readonly #fresh: FreshUnits;
  readonly #hashes: FileHashes;
  readonly #configuration: Configuration;
  readonly #base: string;
  readonly #unkept = new Map<string, UnitText>();

  constructor(
    cache: Cache,
    fresh: FreshUnits,
    hashes: FileHashes,
    configuration: Configuration,
    limits: Limits,
  ) {
    this.#cache = cache;
    this.#fresh = fresh;
    this.#hashes = hashes;
    this.#configuration = configuration;
    // What every unit depends on; generated headers are among the files of those that read them.
    const { machine, arch, families, defines, includeFolders, machineFolders, fileDefines } =
      configuration;
    this.#base = JSON.stringify([
      ...[cacheVersion, 'unit', machine, arch, families, [...defines]],
      ...[
        includeFolders,
        machineFolders,
        limits,
        [...fileDefines].map(([file, own]) => [file, [...own]]),
      ],
    ]);
  }

  unit(path: string): UnitText | null {
    const made = `${this.#base}\n${path}\n${this.#hashes.of(path) ?? ''}`;
    const key = hashText(made).replaceAll('/', '-');
    const stored = this.#stored(key, path);
    if (stored !== null) {
      this.#fresh.adopt(stored);
      return stored;
    }
    const unit = this.#fresh.unit(path);
    if (unit !== null) this.#unkept.set(key, unit);
    return unit;
  }

  /** Keeps what was read afresh: once a boot was followed, it is known which bodies were run. */
  keep(): void {
    for (const [key, unit] of this.#unkept) {
      this.#cache.put(key, unitToText({ unit, files: this.#hashOfFiles(unit) }));
    }
    this.#unkept.clear();
  }

  #stored(key: string, path: string): UnitText | null {
    const text = this.#cache.get(key);
    const stored =
      text === null ? null : unitFromText(text, (includes) => this.#fresh.setupFor(includes));
    if (stored === null) return null;
    const { files, unit } = stored;
    if (this.#fresh.wantsFlags(path) !== (unit.flags !== null)) return null;
    if (this.#hashOfFiles(unit) !== files) return null;
    const gives = new Set(unit.headers.map((header) => header.path));
    for (const file of unit.preprocessed.includes) {
      const isHeader = file !== path && !file.startsWith(virtualPrefix);
      if (isHeader && this.#fresh.preprocessor.hasGiven(file) === gives.has(file)) return null;
    }
    return unit;
  }

  // One hash for all: an entry that named each file's would be three times as long.
  #hashOfFiles({ preprocessed }: UnitText): string {
    const files = [...preprocessed.includes, ...preprocessed.absent];
    return hashText(files.map((file) => `${file}\n${this.#hashOf(file) ?? ''}\n`).join(''));
  }

  #hashOf(file: string): string | null {
    if (!file.startsWith(virtualPrefix)) return this.#hashes.of(file);
    const text = this.#configuration.headers.get(file.slice(virtualPrefix.length));
    return text === undefined ? null : hashText(text);
  }
}
