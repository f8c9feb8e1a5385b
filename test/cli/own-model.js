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
export const notAModel = 7;
