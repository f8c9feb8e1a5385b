/**
 * Sizes and fields of C types, as the port's data model has them.
 */
import type { CType, Expr, Field, StructDef } from '../c/ir.ts';
import type { DataModel } from '../cpp/predefined.ts';
import type { Layout, Member, StructLayout } from './layout.ts';
import { layOut } from './layout.ts';

export interface TypeTables {
  readonly model: DataModel;
  struct(tag: string, file: string): StructDef | undefined;
  typedef(name: string, file: string): CType | undefined;
  /** The value of a constant expression, as in an array's bound. */
  constant(expression: Expr, file: string): bigint | undefined;
}

export class Types {
  readonly #tables: TypeTables;
  readonly #layouts = new Map<string, StructLayout | undefined>();

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
    const offsets = this.#structLayout(struct.tag, file, depth)?.offsets ?? [];
    for (const [index, field] of struct.fields.entries()) {
      const offset = offsets[index];
      if (field.name === name) return { type: field.type, offset };
      const inner = field.name === '' ? this.#field(field.type, name, file, depth + 1) : undefined;
      if (inner === undefined) continue;
      const isKnown = offset !== undefined && inner.offset !== undefined;
      return { type: inner.type, offset: isKnown ? offset + inner.offset : undefined };
    }
    return undefined;
  }

  #layout(type: CType, file: string, depth: number): Layout | undefined {
    if (depth > 40) return undefined;
    const { model } = this.#tables;
    switch (type.k) {
      case 'int':
      case 'float': {
        const align = type.size === 8 ? model.longLongAlign : type.size;
        return { size: type.size, align: Math.min(align, model.alignMax) };
      }
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

  #structLayout(tag: string, file: string, depth: number): StructLayout | undefined {
    const struct = this.#tables.struct(tag, file);
    if (struct === undefined) return undefined;
    const key = `${tag}\n${struct.fields.length}\n${tag.startsWith('@') ? '' : file}`;
    if (this.#layouts.has(key)) return this.#layouts.get(key);
    this.#layouts.set(key, undefined);
    const layout = this.#laidOut(struct, file, depth);
    // What is not known now may stand in a header that is read later.
    if (layout === undefined) this.#layouts.delete(key);
    else this.#layouts.set(key, layout);
    return layout;
  }

  #laidOut(struct: StructDef, file: string, depth: number): StructLayout | undefined {
    const members: Member[] = [];
    for (const field of struct.fields) {
      const member = this.#member(struct, field, file, depth);
      if (member === undefined) return undefined;
      members.push(member);
    }
    const align = this.#asked(struct.align, file) ?? 1;
    return layOut({ union: struct.union, packed: struct.packed === true, align }, members);
  }

  #member(struct: StructDef, field: Field, file: string, depth: number): Member | undefined {
    const layout = this.#layout(field.type, file, depth + 1);
    if (layout === undefined) return undefined;
    const isPacked = struct.packed === true || field.packed === true;
    const least = isPacked ? 1 : layout.align;
    const align = Math.max(least, this.#asked(field.align, file) ?? 1);
    if (field.bits === undefined) return { bytes: layout.size, align };
    const bits = Number(this.#tables.constant(field.bits, file) ?? -1n);
    return bits < 0 ? undefined : { bytes: layout.size, align, bits };
  }

  #asked(align: Expr | undefined, file: string): number | undefined {
    const value = align === undefined ? undefined : this.#tables.constant(align, file);
    return value !== undefined && value > 0n && value <= 65_536n ? Number(value) : undefined;
  }
}
