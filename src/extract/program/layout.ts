/**
 * How a compiler lays the members of a structure out: offsets, size and alignment.
 *
 * As GCC and clang do for ELF targets: a member begins where its type may begin; a bit-field lies in
 * the storage of its type where it fits and begins the next one where it does not; a packed
 * structure has neither gaps nor storage borders, but where a member asks for an alignment.
 */
export interface Member {
  readonly bytes: number;
  /** What the member's type or an attribute asks for, in bytes. */
  readonly align: number;
  /** Width of a bit-field; absent for other members. */
  readonly bits?: number;
}

export interface Layout {
  readonly size: number;
  readonly align: number;
}

export interface StructLayout extends Layout {
  /** By member, in bytes; undefined for a bit-field, which has no address. */
  readonly offsets: readonly (number | undefined)[];
}

export interface StructKind {
  readonly union: boolean;
  readonly packed: boolean;
  /** What the structure itself asks for, in bytes; 1 if nothing. */
  readonly align: number;
}

const byte = 8;

export function layOut(kind: StructKind, members: readonly Member[]): StructLayout {
  const offsets: (number | undefined)[] = [];
  let end = 0;
  let longest = 0;
  let { align } = kind;
  for (const member of members) {
    const from = kind.union ? 0 : end;
    const start = startOf(member, from, kind.packed);
    offsets.push(member.bits === undefined ? start / byte : undefined);
    end = start + (member.bits ?? member.bytes * byte);
    longest = Math.max(longest, end);
    if (!(kind.packed && member.bits !== undefined)) align = Math.max(align, member.align);
  }
  return { size: roundUp(Math.ceil(longest / byte), align), align, offsets };
}

/** The bit at which a member begins if what stands before it ends at `from`. */
function startOf({ bytes, align, bits }: Member, from: number, packed: boolean): number {
  if (bits === undefined) return roundUp(from, align * byte);
  if (bits === 0) return roundUp(from, bytes * byte);
  if (packed) return from;
  const storage = bytes * byte;
  const fits = Math.floor(from / storage) === Math.floor((from + bits - 1) / storage);
  return fits ? from : roundUp(from, align * byte);
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;
