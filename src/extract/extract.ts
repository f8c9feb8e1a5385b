/**
 * From a kernel tree to the order in which its allocators come up.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import type { Order } from '../order/order.ts';
import { orderSchema } from '../order/order.ts';
import { cParser } from './c/parser.ts';
import type { Cache } from './cache.ts';
import { orderKey, storedOrder, storeOrder } from './cached-order.ts';
import type { Configuration } from './config/configuration.ts';
import { loadConfiguration } from './config/load.ts';
import { dataModel } from './cpp/predefined.ts';
import { entriesOf } from './entries.ts';
import { Holes } from './holes.ts';
import type { Limits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import { FileHashes } from './file-hashes.ts';
import { uninitialised } from './named.ts';
import { CachedUnits } from './program/cached-units.ts';
import { Program } from './program/program.ts';
import { Types } from './program/types.ts';
import { FreshUnits } from './program/unit-reader.ts';
import type { SourceTree } from './source-tree.ts';
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
  /** Told what is being done, for people who wait. */
  readonly progress?: (what: string) => void;
}

/** Reads the tree and follows its boot; a trace that stops early is a diagnostic, never a short list. */
export async function extract(tree: SourceTree, options: ExtractOptions): Promise<Result<Order>> {
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
  const key = orderKey([options.arch, options.config, options.options, limits, options.locks]);
  const stored = options.cache === undefined ? null : storedOrder(options.cache, key, hashes);
  if (stored !== null) return ok(stored);
  progress('reading the configuration');
  const configuration = loadConfiguration(tree, options, limits);
  if (!configuration.ok) return configuration;
  const parser = await cParser();
  const holes = new Holes();
  for (const problem of configuration.value.problems) {
    const kind = problem.kind === 'not understood' ? 'missing definition' : problem.kind;
    const why =
      problem.kind === 'not understood'
        ? 'a configuration line was not understood'
        : 'configuration';
    holes.add({ kind, what: problem.what || '(empty)', at: problem.at, why });
  }
  progress('scanning the selected files');
  const model = dataModel(configuration.value);
  const units = new FreshUnits(tree, configuration.value, model, limits, parser);
  const program = new Program({
    tree,
    configuration: configuration.value,
    model,
    limits,
    holes,
    reader:
      options.cache === undefined
        ? units
        : new CachedUnits(options.cache, units, hashes, configuration.value, limits),
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
  const problems = completeness(trace, holes, configuration.value);
  if (problems.length > 0) return bad(...problems);
  const texts = program.texts(units.filesRead);
  const strange = unknownOptions(configuration.value, texts);
  const order: Order = {
    schema: orderSchema,
    title: `${options.arch} ${configuration.value.name} of ${release(tree)}`,
    port: options.arch,
    origin: 'read',
    source: {
      tree: release(tree),
      revisions: revisions(tree, trace.files),
      hash: contentHash(tree, [...configuration.value.confFiles, ...units.filesRead]),
      config: configuration.value.name,
      options: Object.fromEntries(
        [...configuration.value.options].sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      ...(strange.length > 0 && { unknownOptions: strange }),
    },
    entries: [...entries.frames],
    axioms: [
      `entry functions from ${entries.from === 'assembly' ? 'the start code' : entries.from}`,
      ...axioms,
    ],
    events: trace.events,
    holes: [...holes.all()],
    uninitialised: uninitialised(trace.events, {
      all: texts,
      isTouchedByAssembly: (name) => program.isTouchedByAssembly(name),
    }),
  };
  if (options.cache !== undefined) {
    const missing = configuration.value.problems.map(({ what }) => what);
    const rests = [...configuration.value.confFiles, ...configuration.value.files];
    const paths = [...rests, ...units.filesRead, ...units.filesAbsent, ...missing].filter(
      (path) => !path.includes(' '),
    );
    storeOrder(options.cache, key, hashes, paths, order);
  }
  return ok(order);
}

function noMain(configuration: Configuration): Diagnostic {
  return {
    code: 'bad-tree',
    message: `no function main() in the ${configuration.files.length} selected files`,
    at: configuration.path,
    hint: 'kern/init_main.c is missing, or the configuration does not select it',
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
    return [early(`the trace stops before the end of main(): ${trace.diedIn.join('; ')}`)];
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

function contentHash(tree: SourceTree, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    hash.update(`${file}\n`);
    hash.update(
      createHash('sha256')
        .update(tree.read(file) ?? '', 'latin1')
        .digest(),
    );
  }
  return `sha256:${hash.digest('hex')}`;
}
