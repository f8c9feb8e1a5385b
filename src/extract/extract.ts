/**
 * From a kernel tree to the order in which its allocators come up.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import type { Order, OrderHole } from '../order/order.ts';
import { orderSchema } from '../order/order.ts';
import { cParser } from './c/parser.ts';
import type { Cache } from './cache.ts';
import { orderKey, storedOrder, storeOrder } from './cached-order.ts';
import type { ConfProblem, Configuration } from './config/configuration.ts';
import { loadConfiguration } from './config/load.ts';
import { dataModel, hostOf } from './cpp/predefined.ts';
import { endOf, entriesOf } from './entries.ts';
import { functionHash } from './function-text.ts';
import { Holes } from './holes.ts';
import type { Limits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import { FileHashes, hashText } from './file-hashes.ts';
import { uninitialised } from './named.ts';
import { CachedUnits } from './program/cached-units.ts';
import { Program } from './program/program.ts';
import { Types } from './program/types.ts';
import { FreshUnits } from './program/unit-reader.ts';
import type { SourceTree } from './source-tree.ts';
import { readOnce } from './source-tree.ts';
import { unknownOptions } from './unknown-options.ts';
import { axioms } from './trace/axioms.ts';
import { Interpreter } from './trace/interpreter.ts';

export interface ExtractOptions {
  readonly arch: string;
  readonly config?: string;
  /** Kernel options to set (value, '' for none) or to take out (null). */
  readonly options?: { readonly [name: string]: string | null };
  readonly cache?: Cache;
  readonly limits?: Partial<Limits>;
  /** Lock use as events too. */
  readonly locks?: boolean;
  /** Functions of which the order shall tell what their text is, by a hash; files as in the tree. */
  readonly routines?: readonly { readonly file: string; readonly function: string }[];
  /** Told what is being done, for people who wait. */
  readonly progress?: (what: string) => void;
}

/** Reads the tree and follows its boot; a trace that stops early is a diagnostic, never a short list. */
export async function extract(onDisk: SourceTree, options: ExtractOptions): Promise<Result<Order>> {
  const tree = readOnce(onDisk);
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const progress = options.progress ?? ((): void => undefined);
  if (tree.size('conf/files') === null) {
    return bad({
      code: 'bad-tree',
      message: 'not a kernel tree: it has no conf/files',
      hint: 'give the folder of the kernel sources, as in /usr/src/sys',
    });
  }
  const hashes = new FileHashes(tree);
  const key = orderKey([
    options.arch,
    options.config,
    options.options,
    limits,
    options.locks,
    options.routines,
  ]);
  const stored = options.cache === undefined ? null : storedOrder(options.cache, key, hashes);
  if (stored !== null) return ok(stored);
  progress('reading the configuration');
  const configuration = loadConfiguration(tree, options, limits);
  if (!configuration.ok) return configuration;
  const parser = await cParser();
  const holes = new Holes();
  for (const problem of configuration.value.problems) {
    const { kind, why } = confHoles[problem.kind];
    holes.add({
      kind,
      what: problem.what || '(empty)',
      at: problem.at,
      ...(why !== undefined && { why }),
    });
  }
  progress('scanning the selected files');
  const model = dataModel(configuration.value);
  const units = new FreshUnits(tree, configuration.value, model, limits, parser);
  const cached =
    options.cache === undefined
      ? null
      : new CachedUnits(options.cache, units, hashes, configuration.value, limits);
  const program = new Program({
    tree,
    configuration: configuration.value,
    model,
    limits,
    holes,
    reader: cached ?? units,
  });
  const entries = entriesOf(configuration.value, program, units.preprocessor);
  if (entries.frames.length === 0) return bad(noMain(configuration.value));
  progress('following the boot');
  const interpreter: Interpreter = new Interpreter({
    program,
    holes,
    limits,
    withLocks: options.locks ?? false,
    flags: () => units.flags,
    types: new Types({
      model,
      struct: (tag, file) => program.struct(tag, file),
      typedef: (name, file) => program.typedef(name, file),
      constant: (expression, file) => interpreter.constant(expression, file),
    }),
  });
  const trace = interpreter.run(entries.frames);
  cached?.keep();
  const problems = completeness(trace, holes, configuration.value);
  if (problems.length > 0) return bad(...problems);
  const texts = program.textsWith(units.filesRead);
  const strange = unknownOptions(configuration.value, texts);
  const order: Order = {
    schema: orderSchema,
    title: `${options.arch} ${configuration.value.name} of ${release(tree)}`,
    port: options.arch,
    origin: 'read',
    source: {
      tree: release(tree),
      revisions: revisions(tree, trace.files),
      hash: contentHash(hashes, [...configuration.value.confFiles, ...units.filesRead]),
      config: configuration.value.name,
      options: Object.fromEntries(
        [...configuration.value.options].sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      ...(strange.length > 0 && { unknownOptions: strange }),
    },
    entries: [...entries.frames],
    ...(units.facts !== null && { facts: units.facts }),
    axioms: [
      `entry functions from ${entries.from === 'assembly' ? 'the start code' : entries.from}`,
      ...configuration.value.assumed,
      ...hostAxioms(configuration.value, holes),
      ...axioms,
    ],
    events: trace.events,
    holes: [...holes.all()],
    uninitialised: uninitialised(trace.events, {
      all: texts,
      isTouchedByAssembly: (name) => program.isTouchedByAssembly(name),
    }),
    probes: [...trace.probes],
    ...(options.routines !== undefined && { routines: routineTexts(tree, options.routines) }),
  };
  if (options.cache !== undefined) {
    const missing = configuration.value.problems.map(({ what }) => what);
    const { confFiles, absentFiles, files } = configuration.value;
    const rests = [...confFiles, ...absentFiles, ...files];
    const routines = options.routines?.map(({ file }) => file) ?? [];
    const searched = [...program.headersSearched, ...routines];
    const read = [...units.filesRead, ...units.filesAbsent, ...searched];
    const paths = [...rests, ...read, ...missing].filter((path) => !path.includes(' '));
    storeOrder(options.cache, key, hashes, paths, order);
  }
  return ok(order);
}

function routineTexts(
  tree: SourceTree,
  routines: NonNullable<ExtractOptions['routines']>,
): NonNullable<Order['routines']> {
  return routines.map(({ file, function: name }) => {
    const text = tree.read(file);
    return { function: name, file, textHash: text === null ? null : functionHash(text, name) };
  });
}

/** What a problem of the configuration is to the order. */
const confHoles: Readonly<Record<ConfProblem['kind'], Pick<OrderHole, 'kind' | 'why'>>> = {
  'missing file': { kind: 'missing file', why: 'configuration' },
  limit: { kind: 'limit', why: 'configuration' },
  'not understood': { kind: 'missing definition', why: 'a configuration line was not understood' },
  made: { kind: 'missing header', why: 'a command of the makefile writes it, and none is run' },
  outside: {
    kind: 'missing header',
    why: 'a makefile of the system that builds the tree; it holds no code of the kernel',
  },
};

/** A kernel that is a program is built with its host's headers; which host, the tree cannot say. */
function hostAxioms(configuration: Configuration, holes: Holes): readonly string[] {
  const host = hostOf(configuration);
  const isFromHost = holes.all().some(({ what }) => what.startsWith('/usr/include/'));
  return isFromHost
    ? [`built on ${host}: the host's </usr/include/machine> is arch/${host}/include of this tree`]
    : [];
}

function noMain(configuration: Configuration): Diagnostic {
  return {
    code: 'bad-tree',
    message: `no function ${endOf(configuration)}() in the ${configuration.files.length} selected files`,
    at: configuration.path,
    hint: 'its file is missing, or the configuration does not select it',
  };
}

interface Trace {
  readonly ended: readonly string[];
  readonly diedIn: readonly string[];
  readonly stopped: string | null;
  readonly lastPlace: string;
  readonly events: Order['events'];
}

/** What must have happened in a boot that was followed to its end. */
const anchors: readonly { readonly names: readonly string[]; readonly what: string }[] = [
  { names: ['uvm_init'], what: 'uvm_init()' },
  { names: ['pool_subsystem_init'], what: 'pool_subsystem_init()' },
];

function completeness(
  trace: Trace,
  holes: Holes,
  configuration: Configuration,
): readonly Diagnostic[] {
  const missing = holes
    .all()
    .filter(({ kind }) => kind === 'missing file')
    .map(({ what }) => what);
  const hint =
    missing.length > 0
      ? `selected files are missing: ${missing.slice(0, 5).join(', ')}`
      : 'see the holes of the order; a construct may not have been understood';
  const early = (message: string): Diagnostic => ({
    code: 'bad-tree',
    message,
    at: `${configuration.path} (${trace.lastPlace})`,
    hint,
  });
  if (trace.stopped !== null) {
    const message = `the trace was stopped by the limit ${trace.stopped} after ${trace.events.length} events`;
    return [
      {
        code: 'bad-tree',
        message,
        at: trace.lastPlace,
        hint: 'raise the limit if the tree is to be trusted',
      },
    ];
  }
  if (trace.events.length === 0) return [early('the trace has no events')];
  // Each entry function must have come to its end, not the last one alone.
  if (trace.diedIn.length > 0 || trace.ended.length === 0) {
    return [
      early(
        `the trace stops before the end of ${endOf(configuration)}(): ${trace.diedIn.join('; ')}`,
      ),
    ];
  }
  const called = new Set(
    trace.events.flatMap((event) => [
      event.call,
      event.function,
      ...event.stack.map((f) => f.function),
    ]),
  );
  return anchors
    .filter(({ names }) => !names.some((name) => called.has(name)))
    .map(({ what }) => ({ ...early(`the trace never meets ${what}`), code: 'no-answer' }));
}

function release(tree: SourceTree): string {
  const text = tree.read('sys/param.h') ?? '';
  const version = /#define\s+__NetBSD_Version__\s+(\d+)/.exec(text)?.[1];
  if (version === undefined) return 'a tree without __NetBSD_Version__';
  const number = Number(version);
  const major = Math.floor(number / 100_000_000);
  const minor = Math.floor(number / 1_000_000) % 100;
  const patch = Math.floor(number / 100) % 10_000;
  return `NetBSD ${major}.${minor}${minor === 99 || patch > 0 ? `.${patch}` : ''}`;
}

function revisions(tree: SourceTree, files: readonly string[]): { [file: string]: string } {
  const found: { [file: string]: string } = {};
  for (const file of files) {
    const text = tree.read(file)?.slice(0, 400) ?? '';
    const revision = /\$NetBSD: [^,$]+,v (\S+) /.exec(text)?.[1];
    if (revision !== undefined) found[file] = revision;
  }
  return found;
}

function contentHash(hashes: FileHashes, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    hash.update(`${file}\n`);
    hash.update(hashes.of(file) ?? hashText(''), 'base64');
  }
  return `sha256:${hash.digest('hex')}`;
}
