import fc from 'fast-check';
import type { CatalogEntry, ModelOptions, Parameter } from '../boot/catalog-entry.ts';

/**
 * Configurations as a catalogue entry offers them: CPUs, interrupts, pages, allocation failures,
 * preemption. Shrinking leads back to what the entry has by default.
 */
export function configurations(entry: CatalogEntry): fc.Arbitrary<ModelOptions> {
  const { cpus, interrupts, pages, failures, preemption } = entry.parameters;
  return fc
    .record({
      ...numbers('cpus', cpus),
      ...numbers('interrupts', interrupts),
      ...numbers('pages', pages),
      ...numbers('failures', failures),
      ...(preemption === undefined ? {} : { preemption: fc.option(fc.constant(true)) }),
    })
    .map(withoutDefaults);
}

/** Beyond this the numbers only make a model larger. */
const span = 3;

/** A number near the least or near the default one, or null: the default. */
function numbers(name: string, parameter: Parameter | undefined) {
  if (parameter === undefined || typeof parameter.default !== 'number') return {};
  const { default: own, min = 0, max = own + span } = parameter;
  const around = fc.oneof(
    fc.integer({ min, max: Math.min(max, min + span) }),
    fc.integer({ min: Math.max(min, own - span), max: Math.min(max, own + span) }),
  );
  return { [name]: fc.option(around) };
}

function withoutDefaults(chosen: { readonly [name: string]: unknown }): ModelOptions {
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== null));
}

/** As options of the command: `--cpus 3 --preemption on`. */
export function optionWords(options: ModelOptions): string {
  return Object.entries(options)
    .map(([name, value]) => ` --${name} ${value === true ? 'on' : String(value)}`)
    .join('');
}
