/** Models of a user's own, as `bootproof check ./own-model.js#toggle` loads them. */

const bitType = {
  name: 'bit',
  observers: { isOn: (on) => on },
  operations: { set: (_, on) => on },
};

/** A model in which each hand switches its own bit on and off. */
function switches(name, count, fault) {
  const bits = Array.from({ length: count }, (_, i) => ({
    key: `bit/${i}`,
    type: bitType,
    initial: false,
  }));
  return {
    name,
    parameters: {},
    cells: bits,
    processes: bits.map((bit, i) => ({
      name: `hand ${i}`,
      kind: 'system',
      step: (view) => {
        if (fault !== undefined) throw new Error(fault);
        view.update(bit, 'set', !view.observe(bit, 'isOn'));
      },
    })),
    properties: [
      {
        kind: 'always',
        name: 'bits',
        sentence: 'a bit is on or off',
        cites: 'test',
        about: 'model sanity',
        objects: bits.map((bit, i) => ({ name: `bit ${i}`, bit })),
        holds: ({ bit }, view) => typeof view.observe(bit, 'isOn') === 'boolean',
      },
    ],
    final: () => false,
    mustPass: [],
    mayPass: [],
    assumptions: [],
    environment: [],
  };
}

export const toggle = switches('own/toggle', 1);
export const large = switches('own/large', 22);
export const broken = switches('own/broken', 1, 'a mistake in the model');
/** Ends in a deadlock at once. */
export const stops = {
  ...switches('own/stops', 1),
  processes: [{ name: 'hand', kind: 'system', step: (view) => view.blocked('nobody') }],
};
/** What may be left out is. */
const { name, cells, processes, properties, final } = toggle;
export const bare = { name, cells, processes, properties, final };
/** A fault in each kind of thing that a model has. */
export const crooked = {
  ...toggle,
  name: 7,
  cells: [{ key: 'bit/0', type: { name: 'bit', operations: { set: 1 } }, initial: undefined }],
  processes: [{ name: 'hand', kind: 'sistem' }],
  properties: [{ ...toggle.properties[0], about: 'kernels', objects: undefined, holds: true }],
  final: undefined,
};
const badBit = {
  ...bitType,
  observers: { isOn: (on) => on.missing.field },
};
const badCell = { key: 'bit/0', type: badBit, initial: false };
/** An observer that throws, one whose answer is not plain, and a step that asks a clock. */
export const badObserver = {
  ...stops,
  cells: [badCell],
  processes: [{ name: 'hand', kind: 'system', step: (view) => view.observe(badCell, 'isOn') }],
  properties: [],
};
const dateCell = {
  key: 'bit/0',
  type: { ...bitType, observers: { isOn: () => undefined } },
  initial: false,
};
export const badAnswer = {
  ...badObserver,
  cells: [dateCell],
  processes: [{ name: 'hand', kind: 'system', step: (view) => view.observe(dateCell, 'isOn') }],
};
let calls = 0;
export const unsteady = {
  ...toggle,
  processes: [{ name: 'hand', kind: 'system', step: (view) => view.mark(`call ${calls++}`) }],
};
export const notAModel = 7;
