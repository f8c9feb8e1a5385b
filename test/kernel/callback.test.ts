import { describe, expect, it } from 'vitest';
import { ref } from '../../src/base/plain.ts';
import type { Ref } from '../../src/base/plain.ts';
import { callbackRegister, callbackUnregister } from '../../src/kernel/callback/callback.ts';
import { kernelMap } from '../../src/kernel/uvm/map-facts.ts';
import { bench, mapOnly } from './uvm-fixture.ts';
import type { Bench } from './uvm-fixture.ts';

const first = ref('callback', 'first');
// This one ABORTs when its map is not starved.
const second = ref('callback', 'sokva_reclaimerentry');
const third = ref('callback', 'third');

function withThree(): Bench {
  const made = mapOnly();
  for (const entry of [first, second, third]) {
    callbackRegister(made.kernel, made.view, kernelMap, entry);
  }
  return made;
}

const cursor = ({ kernel, view }: Bench): Ref<'pool'> | Ref<'callback'> | null =>
  view.observe(kernel.cells.chains.at(kernelMap), 'cursor');

describe('callback(9) (T-13, T-14)', () => {
  it('asks everybody once while nobody aborts, and ends where it began', () => {
    const made = withThree();
    made.view.update(made.kernel.cells.mapControl.at(kernelMap), 'want', ref('thread', 'boot'));
    expect(made.call('callback_run_roundrobin', { map: kernelMap }).answer).toBe(false);
    const places = made.view.marks.filter((mark) => mark.startsWith('callback_run_roundrobin.one'));
    expect(places).toHaveLength(3);
    expect(cursor(made)).toBeNull();
  });

  it('stops at the first ABORT, and the next run starts with the entry behind it', () => {
    const made = withThree();
    expect(made.call('callback_run_roundrobin', { map: kernelMap }).answer).toBe(true);
    expect(cursor(made)).toBe(third);
    made.call('callback_run_roundrobin', { map: kernelMap });
    // third, then by wrapping first and the aborting second.
    expect(cursor(made)).toBe(third);
    expect(
      made.view.marks.filter((mark) => mark.startsWith('callback_run_roundrobin.one')),
    ).toHaveLength(5);
  });

  it('moves the cursor when its entry is unregistered', () => {
    const made = withThree();
    made.call('callback_run_roundrobin', { map: kernelMap });
    callbackUnregister(made.kernel, made.view, kernelMap, third);
    expect(cursor(made)).toBeNull();
    callbackUnregister(made.kernel, made.view, kernelMap, first);
    expect(made.view.observe(made.kernel.cells.chains.at(kernelMap), 'queue')).toEqual([second]);
  });

  it('keeps who unregisters waiting while a run is in progress', () => {
    const made = withThree();
    made.view.update(made.kernel.cells.chains.at(kernelMap), 'enter');
    const waits = made.call('callback_unregister', { map: kernelMap, entry: first });
    expect(waits.ending).toBe('asleep');
    made.view.update(made.kernel.cells.chains.at(kernelMap), 'leave');
    expect(made.call('callback_unregister', { map: kernelMap, entry: first }).ending).toBe(
      'answered',
    );
  });

  it('is a fault on a map that is not set up', () => {
    const made = bench(mapOnly().kernel.spec);
    expect(callbackRegister(made.kernel, made.view, kernelMap, first)).toMatchObject({
      kind: 'fault',
    });
  });
});
