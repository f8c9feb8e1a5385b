import * as v from 'valibot';

/**
 * What `bootproof check --json` prints, as a schema: the documentation (docs/json.md) is generated
 * from the descriptions here, and the tests read every report back through it.
 */
export const checkSchemaName = 'bootproof/check/1';

const about = <const S extends v.GenericSchema>(schema: S, text: string) =>
  v.pipe(schema, v.description(text));

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const verdict = v.picklist([
  'PASS',
  'VIOLATED',
  'INCOMPLETE',
  'VACUOUS',
  'INCONCLUSIVE',
  'NOT APPLICABLE',
]);

const changedPart = v.strictObject({
  path: about(v.string(), 'where in its value; empty for all of it'),
  before: about(v.optional(v.unknown()), 'what was there; null where there was nothing'),
  after: about(v.optional(v.unknown()), 'what is there now'),
  removed: about(v.optional(v.array(v.unknown())), 'of a list: the items that went'),
  added: about(v.optional(v.array(v.unknown())), 'of a list: the items that came'),
});

const change = v.strictObject({
  cell: about(v.string(), 'the component, as `family/name`'),
  parts: about(v.array(changedPart), 'what of its value is different'),
});

const chain = v.strictObject({
  map: about(v.string(), 'the map whose callbacks these are'),
  entries: about(v.array(v.string()), 'the callbacks, in the order in which they run'),
  cursor: about(
    v.nullable(v.string()),
    'the entry at which the next run begins; null for the head',
  ),
});

const step = v.strictObject({
  process: about(v.string(), 'who stepped'),
  function: about(v.nullable(v.string()), 'the C function in which the step began'),
  label: about(
    v.nullable(v.string()),
    'the point in it, or the call of the boot order: `pool_init(pvpl)`',
  ),
  file: about(v.nullable(v.string()), 'the C file, from the root of the source tree'),
  line: about(v.nullable(count), 'the line in it'),
  choices: about(v.array(v.string()), 'what was chosen, as `why=label`'),
  path: about(v.array(v.string()), 'every place that the step passed'),
  changes: about(v.array(change), 'the components that it changed'),
  chains: about(
    v.array(chain),
    'the reclaim chains that the step concerns (it changed the chain or its map), as they stand after it',
  ),
});

const trace = v.strictObject({
  length: about(count, 'steps'),
  minimal: about(
    v.boolean(),
    'true when no shorter run shows the same; with `--grain sleep`, no shorter run of that grain',
  ),
  loopsTo: about(
    v.optional(count),
    'for a run without end: the step, counted from 0, that the last one returns to',
  ),
  steps: about(v.array(step), 'the run from the initial state'),
});

const object = v.strictObject({
  object: about(
    v.string(),
    'what the verdict speaks of: a pool, a map; empty for the whole system',
  ),
  verdict: about(verdict, 'its verdict'),
  premiseStates: about(count, 'states in which the premise was true'),
  trace: about(v.optional(trace), 'the shortest run to a violation'),
  sameTraceAs: about(
    v.optional(v.string()),
    'instead of `trace`: the object of this property whose trace it shares, step by step',
  ),
});

const property = v.strictObject({
  name: about(v.string(), 'as `--property` takes it; `deadlock` and `stuck` are listed when found'),
  kind: about(
    v.picklist(['always', 'recoverable', 'sometimes', 'balance', 'fold', 'end']),
    '`end` for deadlock and stuck',
  ),
  sentence: about(v.string(), 'the claim'),
  cites: about(v.string(), 'the invariant that it states'),
  about: about(v.picklist(['mission', 'kernel', 'model sanity']), 'what it is a claim about'),
  corollary: about(v.optional(v.string()), 'the claim in the words of the mail'),
  breaks: about(v.optional(v.string()), 'what breaks in the field when it does not hold'),
  verdict: about(verdict, 'over all its objects'),
  reason: about(v.optional(v.string()), 'for NOT APPLICABLE'),
  objects: about(v.array(object), 'a verdict for each object'),
});

const expectation = v.strictObject({
  property: about(v.string(), 'the property recorded as violated'),
  objects: about(v.union([v.literal('all'), v.array(v.string())]), 'for exactly these objects'),
  length: about(v.optional(count), 'steps of the shortest run'),
  why: about(v.string(), 'why it is so'),
  source: about(v.string(), 'the file and line that confirm it'),
});

const model = v.strictObject({
  model: about(v.string(), 'its name'),
  parameters: about(v.record(v.string(), v.unknown()), 'what it was built with'),
  reconstruction: about(
    v.nullable(v.string()),
    'what of it is our reconstruction; null if nothing',
  ),
  verdict: about(verdict, 'the verdict'),
  reproduced: about(v.boolean(), 'true when it is violated exactly as recorded'),
  exitCode: about(v.picklist([0, 1, 2, 3, 4, 5, 70]), 'what it alone would make of the command'),
  reason: about(v.optional(v.string()), 'why the verdict is not better, where that is not plain'),
  states: about(count, 'distinct states reached'),
  transitions: about(count, 'enabled (state, process, choice), self-loops and duplicates included'),
  depth: about(count, 'edges on the longest shortest run'),
  seconds: about(v.number(), 'elapsed'),
  stoppedBy: about(
    v.nullable(
      v.strictObject({
        bound: about(
          v.picklist([
            'statesMax',
            'depthMax',
            'timeLimitMs',
            'memoryMaxBytes',
            'interrupted',
            'grain',
          ]),
          'its name',
        ),
        limit: about(v.number(), 'its value'),
        reached: about(v.number(), 'where the search stood'),
      }),
    ),
    'the bound that stopped the search; null when the whole space was explored',
  ),
  environment: about(
    v.array(v.string()),
    'who acts besides the boot, and what is left out and why',
  ),
  assumptions: about(v.array(v.string()), 'what is assumed of the machine'),
  expected: about(v.array(expectation), 'the violations that are recorded'),
  surprises: about(v.array(v.string()), 'what differs from what is recorded'),
  properties: about(v.array(property), 'every property, with its verdict'),
  coverage: about(
    v.strictObject({
      neverStepped: about(v.array(v.string()), 'processes that never stepped'),
      mustNeverPassed: about(v.array(v.string()), 'order events that never ran'),
      mayNeverPassed: about(v.array(v.string()), 'labels and guards that were never passed'),
    }),
    'what the search never reached',
  ),
});

export const checkSchema = v.strictObject({
  schema: about(v.literal(checkSchemaName), 'the version of this format'),
  exitCode: about(v.picklist([0, 1, 2, 3, 4, 5, 70]), 'what the command ends with'),
  models: about(v.array(model), 'one for each model, in the order in which they were asked for'),
  order: about(
    v.optional(v.record(v.string(), v.unknown())),
    'with --order and an extracted order: what became of its events, or why no model can run it',
  ),
});

export type CheckJson = v.InferOutput<typeof checkSchema>;
export type ModelJson = CheckJson['models'][number];
