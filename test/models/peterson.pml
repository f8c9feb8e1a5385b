/* Peterson's mutual exclusion for two processes; see models/litmus/concurrency.ts. */
bool turn, flag[2];
byte inside;

active [2] proctype user()
{
	assert(_pid == 0 || _pid == 1);
again:
	flag[_pid] = true;
	turn = _pid;
	(flag[1 - _pid] == false || turn == 1 - _pid);
	inside++;
	assert(inside == 1);
	inside--;
	flag[_pid] = false;
	goto again
}
