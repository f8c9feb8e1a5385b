import { describe, expect, it } from 'vitest';
import { linesNaming } from '../../src/extract/named.ts';

/*
 * Whether anybody could initialise an object is asked of the text alone, because it is asked of code
 * that was not followed. In doubt a line counts as naming the object: the answer then stays open.
 */

const named = (text: string): readonly number[] => linesNaming('lost_pool', text);

describe('a place that names an object', () => {
  it.each([
    ['its declaration', 'static struct pool lost_pool;'],
    ['that of an array, with an attribute', 'struct pool lost_pool[4] __cacheline_aligned;'],
    ['one of several', 'static struct pool\n\tlost_pool, other_pool;'],
    ['an import', 'extern struct pool lost_pool;'],
    ['a use', 'x = pool_get(&lost_pool, PR_WAITOK);'],
    ['giving back', 'pool_put( & lost_pool, x);'],
    ['a question', 'KASSERT(mutex_owned(&lost_pool));'],
    ['a lock that a macro gives back', 'UVM_UNLOCK_AND_WAIT(&x->y, &lost_pool, false, "w", 0);'],
    ['one that a macro takes', 'FOO_LOCK(&lost_pool);'],
    ['one that is waited with', 'foo_wait(f(x), &lost_pool);'],
    ['a comment', '/* lost_pool is\n * set up elsewhere */ // lost_pool'],
    ['a string', 'panic("lost_pool");'],
    ['another name', 'pool_init(&lost_pool_two, 8); the_lost_pool = 3;'],
  ])('does not count where it is %s', (_, text) => {
    expect(named(text)).toEqual([]);
  });

  it.each([
    ['its initialiser', 'pool_init(&lost_pool, 8, 0, 0, 0, "lost", NULL, IPL_NONE);'],
    ['a macro that may be one', 'POOL_INIT(lost_pool, 8, "lost");'],
    ['a macro that makes a lock', 'INIT_LOCK(&lost_pool);'],
    ['what a lock is made of', 'DEFINE_LOCK(lost_pool);'],
    ['a part that is handed on within a use', 'foo_lock(g(&lost_pool));'],
    ['a static value', 'struct pool lost_pool = { .pr_size = 8 };'],
    ['an address handed on', 'lost_setup(4, &lost_pool);'],
    ['an address kept', 'struct pool *pp = &lost_pool;'],
    ['a part that is set', 'lost_pool.pr_size = 8;'],
    ['a member of a table', 'struct pool *pools[] = { &lost_pool };'],
    ['what is returned', 'return lost_pool;'],
  ])('counts where it is %s', (_, text) => {
    expect(named(`\n${text}`)).toEqual([2]);
  });
});
