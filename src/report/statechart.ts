import type { StateNodeLike, TransitionLike } from '../boot/page-facts.ts';

/**
 * A boot machine as a Mermaid state diagram, drawn from the machine that the search runs.
 *
 * Transitions that stay where they are would hide the others; they are listed under the diagram.
 */
export interface Statechart {
  /** The diagram's text, without the fence. */
  readonly mermaid: string;
  /** `described: pool_init [declares], pool_get [grows] / outOfPhase`, one line for a state. */
  readonly within: readonly string[];
}

export function statechart(root: StateNodeLike): Statechart {
  const lines = ['stateDiagram-v2'];
  const within: string[] = [];
  draw(root, [], lines, within, '  ');
  return { mermaid: lines.join('\n'), within };
}

function draw(
  node: StateNodeLike,
  path: readonly string[],
  lines: string[],
  within: string[],
  indent: string,
): void {
  const children = Object.values(node.states);
  const start = node.initial?.target?.[0]?.key;
  if (start !== undefined && node.type === 'compound') {
    lines.push(`${indent}[*] --> ${idOf([...path, start])}`);
  }
  noteWithin(node, path, within);
  children.forEach((child, i) => {
    const below = [...path, child.key];
    if (node.type === 'parallel' && i > 0 && path.length > 0) lines.push(`${indent}--`);
    const hasInside = Object.keys(child.states).length > 0;
    const label = wordsOf(child.key);
    if (hasInside) {
      lines.push(`${indent}state "${label}" as ${idOf(below)} {`);
      if (child.type === 'parallel') lines.push(`${indent}  direction LR`);
      draw(child, below, lines, within, `${indent}  `);
      lines.push(`${indent}}`);
    } else {
      lines.push(`${indent}state "${label}" as ${idOf(below)}`);
      noteWithin(child, below, within);
    }
  });
  for (const child of children) {
    const below = [...path, child.key];
    for (const transition of transitionsOf(child)) {
      for (const target of transition.target ?? []) {
        if (target === child) continue;
        const to = node.states[target.key] === target ? [...path, target.key] : [target.key];
        lines.push(`${indent}${idOf(below)} --> ${idOf(to)} : ${labelOf(transition)}`);
      }
    }
    if (child.type === 'final') lines.push(`${indent}${idOf(below)} --> [*]`);
  }
}

function noteWithin(node: StateNodeLike, path: readonly string[], within: string[]): void {
  const events = new Map<string, string[]>();
  for (const transition of transitionsOf(node)) {
    if ((transition.target ?? []).some((to) => to !== node)) continue;
    const manner = mannerOf(transition);
    events.set(manner, [...(events.get(manner) ?? []), transition.eventType]);
  }
  if (events.size === 0) return;
  const name = path.length === 0 ? 'everywhere' : path.map(wordsOf).join(', ');
  const texts = [...events].map(([manner, names]) =>
    [names.map((one) => `\`${one}\``).join(', '), manner].filter((part) => part !== '').join(' '),
  );
  within.push(`${name}: ${texts.join('; ')}`);
}

const transitionsOf = (node: StateNodeLike): readonly TransitionLike[] =>
  [...node.transitions.values()].flat();

/** `pool_init [map is up] / outOfPhase`, without the characters that end a Mermaid label. */
function labelOf(transition: TransitionLike): string {
  return [transition.eventType, mannerOf(transition)]
    .filter((part) => part !== '')
    .join(' ')
    .replace(/[;:#"\n]/g, ' ');
}

/** Under which condition a transition is taken, and what is done: `[map is up] / outOfPhase`. */
function mannerOf({ guard, actions }: TransitionLike): string {
  const condition = nameOfPart(guard);
  const names = actions.map(nameOfPart).filter((name) => name !== '');
  return [
    ...(condition === '' ? [] : [`[${condition}]`]),
    ...(names.length === 0 ? [] : [`/ ${names.join(', ')}`]),
  ].join(' ');
}

/** A guard or action by name: a string, an object with a type, XState's own `stateIn`. */
function nameOfPart(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'function') {
    return 'stateValue' in part ? `in ${stateText(part.stateValue)}` : part.name;
  }
  if (typeof part !== 'object' || part === null) return '';
  if ('type' in part && typeof part.type === 'string') return part.type;
  return '';
}

/** `{ memory: 'kmemMap' }` as `memory kmem map`. */
function stateText(value: unknown): string {
  if (typeof value === 'string') return wordsOf(value);
  if (typeof value !== 'object' || value === null) return '';
  const parts = Object.entries(value).map(([key, inner]) => `${wordsOf(key)} ${stateText(inner)}`);
  return parts.join(', ');
}

const idOf = (path: readonly string[]): string => path.join('_').replace(/\W/g, '_');

/** `kmemMap` → `kmem map`. */
function wordsOf(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
