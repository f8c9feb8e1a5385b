/** One lift in several versions of its model: traces of one are replayed on the others. */

const numberType = {
  name: 'number',
  observers: { is: (value, wanted) => value === wanted },
  operations: { add: (value, by) => value + by, flip: (value) => 1 - value },
};

/** A lift with `bellCount` bells that ring; it goes up and, if `comesBack`, down again from floor 2. */
function liftModel({ comesBack = false, bellCount = 1, top = 2 }) {
  const floor = { key: 'floor', type: numberType, initial: 0 };
  const bells = Array.from({ length: 20 }, (_, i) => ({
    key: `bell/${i}`,
    type: numberType,
    initial: 0,
  }));
  const about = { cites: 'test', about: 'model sanity', objects: [{ name: 'lift' }] };
  return {
    name: 'own/lift',
    parameters: {},
    cells: [floor, ...bells],
    processes: [
      {
        name: 'lift',
        kind: 'system',
        step: (view) => {
          if (!view.observe(floor, 'is', 2)) view.update(floor, 'add', 1);
          else if (comesBack) view.update(floor, 'add', -2);
          else view.blocked('a mechanic');
        },
      },
      {
        name: 'people',
        kind: 'environment',
        step: (view) => {
          const some = bells.slice(0, bellCount);
          const bell = view.choose(
            'bell',
            some.map((value, i) => ({ label: String(i), value })),
          );
          view.update(bell, 'flip');
        },
      },
    ],
    properties: [
      {
        ...about,
        kind: 'recoverable',
        name: 'comes-home',
        sentence: 'the lift can always come back to where it started',
        holds: (_, view) => view.observe(floor, 'is', 0),
      },
      {
        ...about,
        kind: 'sometimes',
        name: 'reaches-top',
        sentence: 'the lift comes up to the top',
        holds: (_, view) => view.observe(floor, 'is', top),
      },
    ],
    final: () => false,
    mustPass: [],
    mayPass: [],
    assumptions: [],
    environment: [],
  };
}

export const broken = liftModel({});
export const repaired = liftModel({ comesBack: true });
/** From floor 2 on there is more to see than anybody looks at. */
export const vast = liftModel({ bellCount: 20 });
export const lower = liftModel({ top: 1 });
/** Steps end only on some floors, for all we know. */
export const coarse = { ...broken, bound: 'grain' };
