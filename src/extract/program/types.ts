/**
 * Sizes and fields of C types, as the port's data model has them.
 */
import type { CType, Expr, Field, StructDef } from '../c/ir.ts';
import type { DataModel } from '../cpp/predefined.ts';

export interface TypeTables {
  readonly model: DataModel;
  struct(tag: string, file: string): StructDef | undefined;
  typedef(name: string, file: string): CType | undefined;
  /** The value of a constant expression, as in an array's bound. */
  constant(expression: Expr, file: string): bigint | undefined;
}

interface Layout {
  readonly size: number;
  readonly align: number;
}

export class Types {
  readonly #tables: TypeTables;
  readonly #layouts = new Map<string, Layout | undefined>();

  constructor(tables: TypeTables) {
    this.#tables = tables;
  }

  /** The type behind typedef names. */
  resolve(type: CType, file: string): CType {
    let at = type;
    for (let i = 0; i < 30 && at.k === 'name'; i++) {
      const next = this.#tables.typedef(at.name, file);
      if (next === undefined) return { k: 'unknown' };
      at = next;
    }
    return at;
  }

  /** `sizeof`, in bytes; undefined where something in it is unknown. */
  sizeOf(type: CType, file: string): number | undefined {
    return this.#layout(type, file, 0)?.size;
  }

  /** Elements of an array. */
  countOf(type: CType, file: string): number | undefined {
    const array = this.resolve(type, file);
    if (array.k !== 'array' || array.count === undefined) return undefined;
    const count = this.#tables.constant(array.count, file);
    return count !== undefined && count >= 0n && count < 1n << 31n ? Number(count) : undefined;
  }

  /** A member's type; members of anonymous structures inside count as its own. */
  fieldType(type: CType, name: string, file: string): CType | undefined {
    return this.#field(type, name, file, 0)?.type;
  }

  offsetOf(type: CType, name: string, file: string): number | undefined {
    let at: CType | undefined = type;
    let offset = 0;
    for (const part of name.split('.')) {
      const field: { readonly type: CType; readonly offset: number | undefined } | undefined =
        at === undefined ? undefined : this.#field(at, part, file, 0);
      if (field?.offset === undefined) return undefined;
      offset += field.offset;
      at = field.type;
    }
    return offset;
  }

  structOf(type: CType, file: string): StructDef | undefined {
    const at = this.resolve(type, file);
    return at.k === 'struct' ? this.#tables.struct(at.tag, file) : undefined;
  }

  #field(
    type: CType,
    name: string,
    file: string,
    depth: number,
  ): { readonly type: CType; readonly offset: number | undefined } | undefined {
    const struct = depth > 20 ? undefined : this.structOf(type, file);
    if (struct === undefined) return undefined;
    let offset: number | undefined = 0;
    for (const field of struct.fields) {
      const layout = this.#fieldLayout(struct, field, file, depth);
      if (offset !== undefined && layout !== undefined && field.bits === undefined) {
        offset = struct.union ? 0 : aligned(offset, layout.align);
      } else offset = undefined;
      if (field.name === name) return { type: field.type, offset };
      if (field.name === '') {
        const inner = this.#field(field.type, name, file, depth + 1);
        if (inner !== undefined) {
          const sum =
            offset === undefined || inner.offset === undefined ? undefined : offset + inner.offset;
          return { type: inner.type, offset: sum };
        }
      }
      if (offset !== undefined && layout !== undefined && !struct.union) offset += layout.size;
    }
    return undefined;
  }

  #layout(type: CType, file: string, depth: number): Layout | undefined {
    if (depth > 40) return undefined;
    const { model } = this.#tables;
    switch (type.k) {
      case 'int':
        return { size: type.size, align: type.size === 8 ? model.longLongAlign : type.size };
      case 'float':
        return { size: type.size, align: type.size === 8 ? model.longLongAlign : type.size };
      case 'pointer':
        return { size: model.pointer, align: Math.min(model.pointer, model.alignMax) };
      case 'void':
      case 'function':
        return { size: 1, align: 1 };
      case 'array': {
        const of = this.#layout(type.of, file, depth + 1);
        const count = type.count === undefined ? 0 : this.countOf(type, file);
        return of === undefined || count === undefined
          ? undefined
          : { size: of.size * count, align: of.align };
      }
      case 'name': {
        const next = this.#tables.typedef(type.name, file);
        return next === undefined ? undefined : this.#layout(next, file, depth + 1);
      }
      case 'struct':
        return this.#structLayout(type.tag, file, depth);
      case 'unknown':
        return undefined;
    }
  }

  #structLayout(tag: string, file: string, depth: number): Layout | undefined {
    const struct = this.#tables.struct(tag, file);
    if (struct === undefined) return undefined;
    const key = `${tag}\n${struct.fields.length}\n${tag.startsWith('@') ? '' : file}`;
    if (this.#layouts.has(key)) return this.#layouts.get(key);
    this.#layouts.set(key, undefined);
    const layout = this.#computed(struct, file, depth);
    this.#layouts.set(key, layout);
    return layout;
  }

  // A packed structure has no gaps, but where a member asks for one.
  #fieldLayout(struct: StructDef, field: Field, file: string, depth: number): Layout | undefined {
    const layout = this.#layout(field.type, file, depth + 1);
    if (layout === undefined) return undefined;
    const least = struct.packed === true ? 1 : layout.align;
    return { size: layout.size, align: Math.max(least, this.#asked(field.align, file) ?? 1) };
  }

  #asked(align: Expr | undefined, file: string): number | undefined {
    const value = align === undefined ? undefined : this.#tables.constant(align, file);
    return value !== undefined && value > 0n && value <= 65_536n ? Number(value) : undefined;
  }

  #computed(struct: StructDef, file: string, depth: number): Layout | undefined {
    let size = 0;
    let align = this.#asked(struct.align, file) ?? 1;
    let bitsLeft = 0;
    for (const field of struct.fields) {
      const layout = this.#fieldLayout(struct, field, file, depth);
      if (layout === undefined) return undefined;
      align = Math.max(align, layout.align);
      if (field.bits !== undefined) {
        const bits = Number(this.#tables.constant(field.bits, file) ?? -1n);
        if (bits < 0) return undefined;
        if (bits > bitsLeft || bits === 0) {
          size = aligned(size, layout.align) + (bits === 0 ? 0 : layout.size);
          bitsLeft = bits === 0 ? 0 : layout.size * 8;
        }
        bitsLeft -= bits;
        continue;
      }
      bitsLeft = 0;
      if (struct.union) size = Math.max(size, layout.size);
      else size = aligned(size, layout.align) + layout.size;
    }
    return { size: aligned(size, align), align };
  }
}

function aligned(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}
