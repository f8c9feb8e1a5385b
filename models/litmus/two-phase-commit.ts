import type { Model } from '../../src/base/model.ts';
import { always } from '../../src/base/model.ts';
import { labelled, litmus, process, sanity, whole, wholeCell } from './transitions.ts';

/**
 * Two-phase commit, after Gray and Lamport, "Consensus on Transaction Commit" (2006), section 3.
 *
 * Resource managers prepare or abort on their own; a transaction manager commits once it has heard
 * from all, or aborts. Messages are a set that only grows, so nothing is ever enabled but once only.
 */
export function twoPhaseCommit(managerCount: number): Model {
  const names = Array.from({ length: managerCount }, (_, i) => `r${i + 1}`);
  const managers = names.map((name) => wholeCell<ManagerState>(`manager/${name}`, 'working'));
  const transaction = wholeCell<'init' | 'committed' | 'aborted'>('transaction', 'init');
  const heardFrom = wholeCell<readonly string[]>('heard from', []);
  const messages = wholeCell<readonly string[]>('messages', []);

  const processes = names.flatMap((name, i) => {
    const [own] = managers.slice(i);
    if (own === undefined) return [];
    return [
      process(`prepare ${name}`, (view) => {
        if (view.read(own) !== 'working') view.blocked('working');
        view.write(own, 'prepared');
        view.write(messages, withMember(view.read(messages), name));
      }),
      process(`choose to abort ${name}`, (view) => {
        if (view.read(own) !== 'working') view.blocked('working');
        view.write(own, 'aborted');
      }),
      process(`hear commit ${name}`, (view) => {
        if (!view.read(messages).includes('commit')) view.blocked('commit');
        view.write(own, 'committed');
      }),
      process(`hear abort ${name}`, (view) => {
        if (!view.read(messages).includes('abort')) view.blocked('abort');
        view.write(own, 'aborted');
      }),
    ];
  });
  return litmus({
    name: 'litmus/two-phase-commit',
    parameters: { managerCount },
    cells: [...managers, transaction, heardFrom, messages],
    processes: [
      ...processes,
      process('hear prepared', (view) => {
        if (view.read(transaction) !== 'init') view.blocked('init');
        const from = view.choose('from', labelled(names));
        if (!view.read(messages).includes(from)) view.blocked(`prepared ${from}`);
        view.write(heardFrom, withMember(view.read(heardFrom), from));
      }),
      process('commit', (view) => {
        if (view.read(transaction) !== 'init') view.blocked('init');
        if (view.read(heardFrom).length < managerCount) view.blocked('all prepared');
        view.write(transaction, 'committed');
        view.write(messages, withMember(view.read(messages), 'commit'));
      }),
      process('abort', (view) => {
        if (view.read(transaction) !== 'init') view.blocked('init');
        view.write(transaction, 'aborted');
        view.write(messages, withMember(view.read(messages), 'abort'));
      }),
    ],
    properties: [
      always({
        name: 'consistent',
        sentence: 'no manager commits while another aborts',
        ...sanity,
        objects: whole,
        holds: (_, view) => isConsistent(managers.map((manager) => view.read(manager))),
      }),
    ],
  });
}

/** The same problem without messages: what the managers may do seen from outside. */
export function transactionCommit(managerCount: number): Model {
  const names = Array.from({ length: managerCount }, (_, i) => `r${i + 1}`);
  const managers = names.map((name) => wholeCell<ManagerState>(`manager/${name}`, 'working'));
  const processes = names.flatMap((name, i) => {
    const [own] = managers.slice(i);
    if (own === undefined) return [];
    return [
      process(`prepare ${name}`, (view) => {
        if (view.read(own) !== 'working') view.blocked('working');
        view.write(own, 'prepared');
      }),
      process(`commit ${name}`, (view) => {
        if (view.read(own) !== 'prepared') view.blocked('prepared');
        const all = managers.map((manager) => view.read(manager));
        if (all.some((state) => state === 'working' || state === 'aborted')) view.blocked('all');
        view.write(own, 'committed');
      }),
      process(`abort ${name}`, (view) => {
        const state = view.read(own);
        if (state !== 'working' && state !== 'prepared') view.blocked('undecided');
        const all = managers.map((manager) => view.read(manager));
        if (all.includes('committed')) view.blocked('nobody committed');
        view.write(own, 'aborted');
      }),
    ];
  });
  return litmus({
    name: 'litmus/transaction-commit',
    parameters: { managerCount },
    cells: managers,
    processes,
    properties: [
      always({
        name: 'consistent',
        sentence: 'no manager commits while another aborts',
        ...sanity,
        objects: whole,
        holds: (_, view) => isConsistent(managers.map((manager) => view.read(manager))),
      }),
    ],
    final: (view) =>
      managers.every((manager) => ['committed', 'aborted'].includes(view.read(manager))),
  });
}

type ManagerState = 'working' | 'prepared' | 'committed' | 'aborted';

function isConsistent(states: readonly ManagerState[]): boolean {
  return !(states.includes('committed') && states.includes('aborted'));
}

function withMember(set: readonly string[], member: string): readonly string[] {
  return set.includes(member) ? set : [...set, member].sort();
}
