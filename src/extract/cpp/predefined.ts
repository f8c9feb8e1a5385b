/**
 * What the compiler would know before the first line: the CPU's macros and how wide its types are.
 */
import type { Configuration } from '../config/configuration.ts';
import type { Macro, MacroTable } from './macros.ts';
import { parseMacro } from './macros.ts';

/** How wide C's types are. */
export interface DataModel {
  readonly pointer: 4 | 8;
  readonly long: 4 | 8;
  /** How a 64-bit integer is aligned in a structure. */
  readonly longLongAlign: 2 | 4 | 8;
  /** The largest alignment that a structure member needs. */
  readonly alignMax: 2 | 4 | 8 | 16;
  readonly charSigned: boolean;
}

interface Cpu {
  readonly defines: string;
  readonly model: DataModel;
}

const ilp32: DataModel = { pointer: 4, long: 4, longLongAlign: 8, alignMax: 8, charSigned: true };
const lp64: DataModel = { pointer: 8, long: 8, longLongAlign: 8, alignMax: 16, charSigned: true };

const cpus: { readonly [name: string]: Cpu } = {
  x86_64: { defines: '__x86_64__ __x86_64 __amd64__ __amd64 __LP64__ _LP64', model: lp64 },
  i386: { defines: '__i386__ __i386 i386', model: { ...ilp32, longLongAlign: 4, alignMax: 4 } },
  arm: {
    defines: '__arm__ __ARMEL__ __ARM_ARCH_6__ __APCS_32__',
    model: { ...ilp32, longLongAlign: 4, charSigned: false },
  },
  alpha: { defines: '__alpha__ __alpha __LP64__ _LP64', model: lp64 },
  sparc: { defines: '__sparc__ __sparc sparc', model: ilp32 },
  sparc64: {
    defines: '__sparc64__ __sparc__ __sparc_v9__ __arch64__ __LP64__ _LP64',
    model: lp64,
  },
  vax: { defines: '__vax__ vax', model: { ...ilp32, longLongAlign: 4, alignMax: 4 } },
  m68k: {
    defines: '__m68k__ __mc68000__ __mc68020__ mc68000 mc68020',
    model: { ...ilp32, longLongAlign: 2, alignMax: 2 },
  },
  mips: {
    defines: '__mips__ __MIPSEL__ _MIPSEL __mips=1 __mips_o32 __NO_LEADING_UNDERSCORES__',
    model: ilp32,
  },
  powerpc: { defines: '__powerpc__ _ARCH_PPC __PPC__', model: { ...ilp32, charSigned: false } },
  hppa: { defines: '__hppa__ __hppa', model: ilp32 },
  ia64: { defines: '__ia64__ __ia64 __LP64__ _LP64', model: lp64 },
  sh3: {
    defines: '__sh__ __sh3__ __LITTLE_ENDIAN__',
    model: { ...ilp32, longLongAlign: 4, alignMax: 4 },
  },
};

// The first of the machine's own name and its families that is a CPU.
const cpuOf: { readonly [name: string]: string } = {
  ...{ amd64: 'x86_64', evbarm: 'arm', arm: 'arm', hppa: 'hppa', m68k: 'm68k', mips: 'mips' },
  ...{ powerpc: 'powerpc', sh3: 'sh3', sh5: 'sh3', i386: 'i386', alpha: 'alpha', sparc: 'sparc' },
  ...{ sparc64: 'sparc64', vax: 'vax', ia64: 'ia64', sun2: 'm68k', sun3: 'm68k', sun68k: 'm68k' },
  ...{ usermode: 'x86_64' },
};

/** The CPU for which the configuration compiles; the x86 family decides by its other names. */
export function cpuFor(configuration: Configuration): string {
  for (const name of [configuration.machine, configuration.arch, ...configuration.families]) {
    const cpu = cpuOf[name];
    if (cpu !== undefined) return cpu;
  }
  return 'i386';
}

/** The machine whose programs run on that CPU: the host of a kernel that is a program. */
export function hostOf(configuration: Configuration): string {
  const cpu = cpuFor(configuration);
  const isHost = ([name, one]: readonly [string, string]): boolean =>
    one === cpu && name !== configuration.machine;
  return Object.entries(cpuOf).find(isHost)?.[0] ?? configuration.machine;
}

export function dataModel(configuration: Configuration): DataModel {
  return cpus[cpuFor(configuration)]?.model ?? ilp32;
}

/** Macros that stay calls, because the interpreter knows them by name. */
export const keptMacros: ReadonlySet<string> = new Set([
  ...['KASSERT', 'KDASSERT', 'KASSERTMSG', 'KDASSERTMSG', 'panic', 'curlwp', 'curcpu', 'spl0'],
]);

// Constructs that the grammar does not know, and uses that are recorded (see `Run.record`).
const ours = [
  '__builtin_va_arg(a,t) (*(t *)0)',
  '__builtin_offsetof(t,f) ((unsigned long)&((t *)0)->f)',
  'offsetof(t,f) ((unsigned long)&((t *)0)->f)',
  '__builtin_types_compatible_p(a,b) 1',
  '__builtin_constant_p(x) 0',
  '__builtin_expect(x,y) (x)',
  '__builtin_prefetch(x,...) ((void)0)',
  '__typeof__(x) int',
  '__typeof(x) int',
  'typeof(x) int',
  '__alignof__(x) sizeof(x)',
  '__alignof(x) sizeof(x)',
  '__restrict',
  '__restrict__',
  'restrict',
  '__extension__',
  '__inline inline',
  '__inline__ inline',
  '__signed__ signed',
  '__signed signed',
  '__const const',
  '__const__ const',
  '__volatile__ volatile',
  '__volatile volatile',
  '__builtin_va_list void *',
  '__PRETTY_FUNCTION__ "function"',
  '__func__ "function"',
  '__FUNCTION__ "function"',
  '__FILE__ "file"',
  '__DATE__ "date"',
  '__TIME__ "time"',
  'CTASSERT(x)',
  '__CTASSERT(x)',
  '__KERNEL_RCSID(a,b)',
  '__RCSID(a)',
  '__COPYRIGHT(a)',
  '__IDSTRING(a,b)',
  '__warn_references(a,b)',
  '__weak_alias(a,b)',
  '__strong_alias(a,b)',
  '__link_set_add_text(a,b)',
  '__link_set_add_rodata(a,b)',
  '__link_set_add_data(a,b)',
  '__link_set_add_bss(a,b)',
  '__link_set_add_text2(a,b,c)',
  '__link_set_add_rodata2(a,b,c)',
  '__link_set_add_data2(a,b,c)',
  '__link_set_add_bss2(a,b,c)',
];

const compiler = [
  ...['__NetBSD__ 1', '__ELF__ 1', '__GNUC__ 4', '__GNUC_MINOR__ 5', '__STDC__ 1', '__unix__ 1'],
  ...['__STDC_VERSION__ 199901L', '__GNUC_STDC_INLINE__ 1'],
  ...['__CHAR_BIT__ 8', '__INT_MAX__ 0x7fffffff', '__OPTIMIZE__ 1'],
  ...['__ORDER_LITTLE_ENDIAN__ 1234', '__BYTE_ORDER__ 1234', '__SIZEOF_INT__ 4'],
];

/** All macros that stand before the first line, and the names among them that are fixed. */
export function predefinedMacros(configuration: Configuration): {
  readonly macros: MacroTable;
  readonly fixed: ReadonlySet<string>;
} {
  const macros: MacroTable = new Map();
  const define = (text: string): Macro | null => {
    const macro = parseMacro(text);
    if (macro !== null) macros.set(macro.name, macro);
    return macro;
  };
  for (const text of compiler) define(text);
  const model = dataModel(configuration);
  define(`__SIZEOF_POINTER__ ${model.pointer}`);
  for (const name of (cpus[cpuFor(configuration)]?.defines ?? '').split(' ')) {
    define(name.includes('=') ? name.replace('=', ' ') : `${name} 1`);
  }
  for (const [name, value] of configuration.defines) define(`${name} ${value}`);
  const fixed = new Set<string>(keptMacros);
  for (const text of ours) {
    const macro = define(text);
    if (macro !== null) fixed.add(macro.name);
  }
  return { macros, fixed };
}

/** Macros of single files: a kernel that is a program has two main(), and renames its own. */
export function ownMacros({ fileDefines }: Configuration): ReadonlyMap<string, readonly Macro[]> {
  const macrosOf = (defines: ReadonlyMap<string, string>): Macro[] =>
    [...defines].flatMap(([name, value]) => parseMacro(`${name} ${value}`) ?? []);
  return new Map([...fileDefines].map(([file, defines]) => [file, macrosOf(defines)]));
}
