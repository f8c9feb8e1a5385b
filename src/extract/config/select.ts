/**
 * From declarations to a kernel: which attributes are selected, hence which files are compiled
 * and what stands in the headers that config(1) writes.
 */
import type { Attachment, ConfProblem, Configuration, Declarations } from './configuration.ts';

/** What is known of a configuration before anything is selected. */
type Identity = Pick<
  Configuration,
  'arch' | 'name' | 'path' | 'assumed' | 'declared' | 'undeclared'
>;

/** Selects; `exists` tells which files the tree really has. */
export function selected(
  declared: Declarations,
  identity: Identity,
  exists: (path: string) => boolean,
): Configuration {
  const attributes = new Set<string>();
  const counts = new Map<string, number>();
  const problems: ConfProblem[] = [...declared.problems];
  const select = (name: string): void => {
    if (attributes.has(name)) return;
    attributes.add(name);
    for (const implied of declared.implies.get(name) ?? []) select(implied);
  };
  implyOptions(declared);
  for (const name of [declared.machine, ...declared.families]) select(name);
  for (const name of declared.options.keys()) select(name.toLowerCase());
  for (const name of declared.fileSystems) select(name.toLowerCase());
  for (const name of declared.selects) select(name);
  for (const [name, count] of declared.pseudoDevices) {
    select(name);
    counts.set(name, count);
  }
  const attachments = attached(declared, select, counts, problems);
  const files = compiled(declared, attributes, exists, problems);
  return {
    ...identity,
    machine: declared.machine,
    families: declared.families,
    kind: 'kernel',
    files,
    headers: headers(declared, attributes, counts),
    defines: undeclared(declared),
    fileDefines: new Map(),
    options: declared.options,
    attachments,
    includeFolders: ['', 'arch', '../common/include', ...declared.includeFolders],
    machineFolders: machineFolders(declared),
    confFiles: declared.confFiles,
    absentFiles: [],
    problems,
  };
}

// A Xen kernel has some headers of its own for each CPU, and the CPU's for the rest.
function machineFolders({ machine, families }: Declarations): readonly string[] {
  const own = `arch/${machine}/include`;
  const cpu = families.find((family) => family === 'amd64' || family === 'i386');
  return machine === 'xen' && cpu !== undefined ? [`${own}/${cpu}`, `arch/${cpu}/include`] : [own];
}

// `defflag CPU_ARM1176: CPU_ARM11`: whoever asks for the first gets the second.
function implyOptions(declared: Declarations): void {
  const queue = [...declared.options.keys(), ...declared.fileSystems];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const implied of declared.optionImplies.get(name) ?? []) {
      if (!declared.headerOf.has(implied) || declared.options.has(implied)) continue;
      declared.options.set(implied, '');
      queue.push(implied);
    }
  }
}

function attached(
  declared: Declarations,
  select: (name: string) => void,
  counts: Map<string, number>,
  problems: ConfProblem[],
): readonly Attachment[] {
  const found = new Map<string, Attachment>();
  for (const { device, parent } of declared.instances) {
    if (!declared.devices.has(device)) {
      problems.push({ kind: 'not understood', what: `no device is called ${device}`, at: 'conf' });
      continue;
    }
    select(device);
    counts.set(device, (counts.get(device) ?? 0) + 1);
    for (const way of declared.attaches) {
      if (way.device !== device || !mayAttach(declared, way.parents, parent)) continue;
      select(way.name);
      for (const implied of way.implies) select(implied);
      found.set(`${way.name} ${parent}`, { device, parent, name: way.name });
    }
  }
  return [...found.values()];
}

// A device attaches to a parent by the parent's own name or by an interface that it carries.
function mayAttach(declared: Declarations, places: readonly string[], parent: string): boolean {
  if (places.includes(parent)) return true;
  const carried = [
    ...(declared.devices.get(parent) ?? []),
    ...(declared.implies.get(parent) ?? []),
  ];
  if (places.some((place) => carried.includes(place))) return true;
  return declared.attaches.some(
    (way) => way.device === parent && way.implies.some((name) => places.includes(name)),
  );
}

function compiled(
  declared: Declarations,
  attributes: ReadonlySet<string>,
  exists: (path: string) => boolean,
  problems: ConfProblem[],
): readonly string[] {
  const files = new Set<string>();
  const isSelected = (name: string): boolean =>
    attributes.has(name) || attributes.has(name.toLowerCase());
  for (const { path, condition, at } of declared.files) {
    if (files.has(path) || !conditionHolds(condition, isSelected)) continue;
    if (exists(path)) files.add(path);
    else problems.push({ kind: 'missing file', what: path, at });
  }
  return [...files];
}

/** Evaluates `a & (b | !c)`; an empty condition holds. Never recurses deeper than its parentheses. */
export function conditionHolds(text: string, isSelected: (name: string) => boolean): boolean {
  const tokens = text.match(/[A-Za-z0-9_.-]+|[&|!()]/g) ?? [];
  if (tokens.length === 0) return true;
  let at = 0;
  let depth = 0;
  const or = (): boolean => {
    let value = and();
    while (tokens[at] === '|') {
      at++;
      value = and() || value;
    }
    return value;
  };
  const and = (): boolean => {
    let value = not();
    while (tokens[at] === '&') {
      at++;
      value = not() && value;
    }
    return value;
  };
  const not = (): boolean => {
    let negated = false;
    while (tokens[at] === '!') {
      at++;
      negated = !negated;
    }
    const token = tokens[at++];
    if (token !== '(') return (token !== undefined && isSelected(token)) !== negated;
    if (++depth > 100) return false;
    const value = or();
    at++;
    depth--;
    return value !== negated;
  };
  return or();
}

function headers(
  declared: Declarations,
  attributes: ReadonlySet<string>,
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  // config(1) writes these as well; nothing here needs what stands in them. The last one is the
  // text of the configuration as a string.
  const written = new Map<string, string>([
    ['ioconf.h', ''],
    ['locators.h', ''],
    ['config_file.h', ''],
  ]);
  const add = (header: string, line: string): void =>
    void written.set(header, `${written.get(header) ?? ''}${line}`);
  for (const { condition, header } of declared.files) {
    if (header === 'none') continue;
    for (const name of condition.match(/[A-Za-z0-9_-]+/g) ?? []) {
      if (written.has(`${name}.h`)) continue;
      const present = attributes.has(name) || attributes.has(name.toLowerCase()) ? 1 : 0;
      const count = header === 'count' ? (counts.get(name) ?? present) : present;
      add(`${name}.h`, `#define N${name.toUpperCase().replace(/-/g, '_')} ${count}\n`);
    }
  }
  for (const header of declared.headerOf.values()) add(header, '');
  for (const [name, value] of declared.options) {
    const header = declared.headerOf.get(name);
    if (header !== undefined) add(header, `#define ${name} ${value === '' ? '1' : value}\n`);
  }
  for (const name of declared.fileSystems) {
    const header = declared.headerOf.get(name);
    if (header !== undefined) add(header, `#define ${name} 1\n`);
  }
  return written;
}

/** What conf/Makefile.kern.inc gives every file of a kernel. */
const kernelFlags: readonly (readonly [string, string])[] = [
  ['_KERNEL', '1'],
  ['_KERNEL_OPT', '1'],
  ['MAXUSERS', '64'],
];

function undeclared(declared: Declarations): ReadonlyMap<string, string> {
  const defines = new Map(kernelFlags);
  for (const [name, value] of declared.options) {
    if (!declared.headerOf.has(name)) defines.set(name, value === '' ? '1' : value);
  }
  for (const name of declared.fileSystems) {
    if (!declared.headerOf.has(name)) defines.set(name, '1');
  }
  return defines;
}
