import { describe, expect, it } from 'vitest';
import { present } from '../src/base/assert.ts';
import type { Model } from '../src/base/model.ts';
import { walker } from '../src/checker/index.ts';
import { randomRuns, shareOfSchedules, unwatched } from '../src/fuzz/index.ts';
import { runSchedule } from '../src/fuzz/schedule.ts';
import type { Mutant } from '../models/mutants/index.ts';
import { mutantModel, races, unmutatedModel } from '../models/mutants/index.ts';

/*
 * What random schedules are worth: each fault planted in `models/mutants/races.ts` needs two CPUs
 * or an interrupt, is shown by fewer than one schedule in a hundred, and is found all the same.
 */

const built = (model: ReturnType<typeof mutantModel>): Model =>
  present(model.ok ? model.value : null, 'a mutant is a model');

const anything = (): boolean => true;

/** What a person types to see a failure of these tests again. */
const repeats = ({ name }: Mutant, seed: number, path: string): string =>
  `bootproof fuzz mutants/${name} --seed ${seed} --path ${path}`;

describe.each(races)('random schedules of $name', (mutant) => {
  const { share, caughtBy, length } = mutant;
  const { seed, of, shown } = present(share, 'a race says how often it shows');

  it(`show it in ${shown} of ${of} runs, fewer than one in a hundred`, async () => {
    const found = await shareOfSchedules(
      built(mutantModel(mutant)),
      unwatched(seed, of),
      ({ property }) => property === caughtBy,
    );
    expect(found).toEqual({ shown, of });
    expect(found.shown / found.of).toBeLessThan(0.01);
    expect(found.shown).toBeGreaterThan(0);
  });

  it('find it, and the engine shortens the run to the shortest', async () => {
    const model = built(mutantModel(mutant));
    const outcome = await randomRuns(model, unwatched(seed, of), {
      isNews: ({ property }) => property === caughtBy,
    });
    const fault = present(outcome.found, `not found in ${of} runs with seed ${seed}`);
    const again = repeats(mutant, seed, fault.path);
    expect(fault.violation.property, again).toBe(caughtBy);
    expect(fault.shortest.length, again).toBe(length);
    expect(fault.isMinimal, again).toBe(true);
    expect(fault.shrunkLength, again).toBeGreaterThanOrEqual(length);
    expect(outcome.states.reached, again).toBeLessThanOrEqual(outcome.states.all ?? 0);

    const run = runSchedule(walker(model), fault.schedule, {
      stepsMax: 5000,
      isNews: anything,
      clean: new Set(),
    });
    expect(run.steps.length, again).toBe(fault.shrunkLength);
  });

  it('find nothing in the model without the planted line', async () => {
    const model = built(unmutatedModel(mutant));
    const outcome = await randomRuns(model, unwatched(seed, 300), { isNews: anything });
    const path = outcome.found?.path ?? '';
    expect(outcome.found, `seed ${seed}, path ${path}`).toBeNull();
    expect(outcome.runs).toBe(300);
  });
});
