/** A model of a user's own, as `bootproof check ./own-model.js#toggle` loads it. */
const bit = {
  key: 'bit',
  type: { name: 'bit', observers: { isOn: (on) => on }, operations: { set: (_, on) => on } },
  initial: false,
};

export const toggle = {
  name: 'own/toggle',
  parameters: {},
  cells: [bit],
  processes: [
    {
      name: 'hand',
      kind: 'system',
      step: (view) => view.update(bit, 'set', !view.observe(bit, 'isOn')),
    },
  ],
  properties: [],
  final: () => false,
  mustPass: [],
  mayPass: [],
  assumptions: [],
  environment: [],
};

export const notAModel = 7;
