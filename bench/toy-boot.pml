/*
 * The toy boot of models/litmus/toy-boot.ts, one Promela step for each of its steps, so that the
 * counts are equal: what is timed is the same work.
 *
 * Sizes come from the command line: spin -DOTHERS=3 -DPOOLS=4 -DPAGES=3 -a toy-boot.pml
 */

byte phase, free_pages, mapped_pages, map_lock;
byte pool_state[POOLS], pool_items[POOLS], pool_lock[POOLS];

#define CHOOSE(n) :: d_step { phase >= 3 && pool_state[n] == 2 -> pool = n }
#define LOCK(lock) d_step { lock == 0 -> lock = _pid + 1 }

/* To be labelled `choose`. */
inline run_cpu()
{
	if
	CHOOSE(0)
#if POOLS > 1
	CHOOSE(1)
#endif
#if POOLS > 2
	CHOOSE(2)
#endif
#if POOLS > 3
	CHOOSE(3)
#endif
	fi;
	LOCK(pool_lock[pool]);
get:
	if
	:: d_step { pool_items[pool] > 0 -> pool_items[pool]--; holds = 1 }
	:: pool_items[pool] == 0;
	   LOCK(map_lock);
	   if
	   :: d_step { free_pages > 0 -> free_pages-- };
	      d_step { mapped_pages++; map_lock = 0; pool_items[pool] = pool_items[pool] + 2 };
	      goto get
	   :: d_step { free_pages == 0 -> map_lock = 0 };
	      d_step { pool_lock[pool] = 0; pool = 0 };
	      goto choose
	   fi
	fi;
	pool_lock[pool] = 0;
	LOCK(pool_lock[pool]);
	if
	:: d_step { pool_items[pool] >= 1 -> pool_items[pool]++; holds = 0 };
	   d_step { map_lock == 0 -> pool_items[pool] = pool_items[pool] - 2;
	            free_pages++; mapped_pages-- }
	:: d_step { pool_items[pool] < 1 -> pool_items[pool]++; holds = 0 }
	fi;
	d_step { pool_lock[pool] = 0; pool = 0 };
	goto choose
}

active proctype boot_cpu()
{
	byte pool;
	bit holds;

	phase = 1;
	d_step { phase = 2; free_pages = PAGES };
	phase = 3;
declare:
	pool_state[pool] = 1;
	if
	:: d_step { pool < POOLS - 1 -> pool_state[pool] = 2; pool++ };
	   goto declare
	:: d_step { pool == POOLS - 1 -> pool_state[pool] = 2; phase = 4 }
	fi;
	d_step { phase = 5; pool = 0 };
choose:
	run_cpu()
}

active [OTHERS] proctype other_cpu()
{
	byte pool;
	bit holds;

choose:
	run_cpu()
}
