import type { OrderHole } from '../order/order.ts';

/**
 * What the reading does not know, collected where it is noticed.
 *
 * The same hole met twice is one hole; the first meeting keeps its place. Trails (see `Store`)
 * may take back holes of an attempt that is given up, hence `mark` and `rewind`.
 */
export class Holes {
  readonly #list: OrderHole[] = [];
  readonly #seen = new Set<string>();

  add(hole: OrderHole): void {
    const key = `${hole.kind}\n${hole.what}\n${hole.at ?? ''}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list.push(hole);
  }

  mark(): number {
    return this.#list.length;
  }

  rewind(mark: number): void {
    for (const hole of this.#list.splice(mark)) {
      this.#seen.delete(`${hole.kind}\n${hole.what}\n${hole.at ?? ''}`);
    }
  }

  all(): readonly OrderHole[] {
    return this.#list;
  }
}
