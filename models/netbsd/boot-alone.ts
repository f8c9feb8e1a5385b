import type { OrderTarget } from '../../src/boot/order-target.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import { bootCompletes, noPanic } from '../../properties/outcomes.ts';
import { hooksInstalled, registered } from '../../properties/registered.ts';
import { bootOnly } from './boot-only.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import type { PortName } from './orders.ts';
import { portNames } from './orders.ts';
import { ports } from './ports/ports.ts';

/** The boots of the catalogue without anybody else, by name: where generated orders start from. */
export function bootAlone(name: string): OrderTarget | null {
  for (const era of eras) {
    for (const port of portNames) {
      if (name === `netbsd/${era.policies.era}/${port}`) return targetOf(era, port, name);
    }
  }
  return null;
}

function targetOf(era: Era, port: PortName, name: string): OrderTarget {
  return {
    name,
    order: era.order(port),
    policies: era.policies,
    build: (order, policies) =>
      buildBootModel({
        ...bootOnly,
        name,
        order,
        port: ports[port],
        policies,
        machine: era.machine,
        properties: [registered, hooksInstalled, noPanic, bootCompletes],
        environmentText: ['nobody acts but the boot itself'],
      }),
  };
}
