/* Two tasks of different priority sharing a mutex; see models/litmus/concurrency.ts. */
mtype = { free, busy, idle, waiting, running };
mtype high_state = idle;
mtype low_state = idle;
mtype mutex = free;

active proctype high()
{
end:	do
	:: high_state = waiting;
	   atomic { mutex == free -> mutex = busy };
	   high_state = running;
	   atomic { high_state = idle; mutex = free }
	od
}

active proctype low() provided (high_state == idle)
{
end:	do
	:: low_state = waiting;
	   atomic { mutex == free -> mutex = busy };
	   low_state = running;
	   atomic { low_state = idle; mutex = free }
	od
}
