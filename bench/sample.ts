/** What one run of one tool counted and cost. */
export interface Sample {
  readonly states: number;
  readonly transitions?: number;
  /** User and system time of the whole process, start included. */
  readonly cpuSeconds: number;
  readonly bytesPerState: number;
  /** Runs of the model's code. */
  readonly runs?: number;
}

/** A tool on a model, and its samples so far. */
export interface Contender {
  readonly tool: string;
  readonly model: string;
  run(): Sample;
  readonly samples: Sample[];
}

export interface Line {
  readonly tool: string;
  readonly model: string;
  readonly states: number;
  readonly transitions: number | null;
  /** Median over the rounds. */
  readonly cpuSeconds: number;
  readonly statesPerCpuSecond: number;
  readonly bytesPerState: number;
  readonly runs: number | null;
}

export function lineOf({ tool, model, samples }: Contender): Line {
  const [first] = samples;
  if (first === undefined) throw new Error(`${tool} was not run`);
  const times = samples.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b);
  const cpuSeconds = times[Math.floor(times.length / 2)] ?? 0;
  return {
    tool,
    model,
    states: first.states,
    transitions: first.transitions ?? null,
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    statesPerCpuSecond: Math.round(first.states / cpuSeconds),
    bytesPerState: first.bytesPerState,
    runs: first.runs ?? null,
  };
}

/** Tools that disagree on a model have not done the same work: nothing is compared then. */
export function disagreement(contenders: readonly Contender[]): string | undefined {
  for (const one of contenders) {
    for (const other of contenders) {
      if (one.model !== other.model) continue;
      const [a, b] = [one.samples[0], other.samples[0]];
      if (a === undefined || b === undefined) continue;
      const differs =
        a.states !== b.states ||
        (a.transitions !== undefined &&
          b.transitions !== undefined &&
          a.transitions !== b.transitions);
      if (differs) return `${one.tool} and ${other.tool} count differently on ${one.model}`;
    }
  }
  return undefined;
}
