// A kernel of one's own in thirty lines: a driver's interrupt may grow a pool before its map is up.
import { always, cell, cellType } from 'bootproof';

const kernelType = cellType()({
  name: 'kernel',
  observers: {
    next: (kernel) => kernel.next,
    mapIsUp: (kernel) => kernel.mapIsUp,
    poolPages: (kernel) => kernel.poolPages,
  },
  operations: {
    advance: (kernel) => void kernel.next++,
    publishMap: (kernel) => void (kernel.mapIsUp = true),
    grow: (kernel) => void kernel.poolPages++,
  },
});
const kernel = cell('kernel', kernelType, { next: 0, mapIsUp: false, poolPages: 0 });

// The order under test: try `['spl0', 'map']` the other way round.
const order = ['spl0', 'map'];

const boot = {
  name: 'boot',
  kind: 'system',
  step(view) {
    const event = order[view.observe(kernel, 'next')];
    if (event === undefined) view.blocked('nothing: boot is over');
    view.mark(`boot.${event} my-kernel.c:${event === 'spl0' ? 41 : 52}`);
    if (event === 'map') view.update(kernel, 'publishMap');
    view.update(kernel, 'advance');
  },
};
const interrupt = {
  name: 'interrupt',
  kind: 'environment',
  step(view) {
    if (view.observe(kernel, 'next') <= order.indexOf('spl0')) view.blocked('spl0');
    if (view.observe(kernel, 'poolPages') === 1) view.blocked('a reason to grow');
    view.mark('interrupt.pool_get my-driver.c:7');
    view.update(kernel, 'grow');
  },
};

export const model = {
  name: 'early-pool',
  parameters: {},
  cells: [kernel],
  processes: [boot, interrupt],
  properties: [
    always({
      name: 'map-before-pool',
      sentence: 'no pool grows before its map is up',
      cites: 'PRE-2',
      about: 'mission',
      objects: [{ name: 'pool' }],
      holds: (_, view) =>
        view.observe(kernel, 'poolPages') === 0 || view.observe(kernel, 'mapIsUp'),
    }),
  ],
  final: (view) => view.observe(kernel, 'next') === order.length,
  mustPass: [],
  mayPass: [],
  assumptions: ['one pool, one map'],
  environment: ['an interrupt from spl0 on'],
};
