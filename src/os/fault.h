/* Points at which a test may kill this process, or let a write fail. Only a build with -Dfaults=true has them; in any other
 * each is nothing, and nothing of it is in the program (tests/faults/release.test.mjs looks).
 *
 *	FAULT("ipc.send.after", "vault net");                     may die here
 *	if (FAULT_FAILS("keyfile.write", "vault")) return ...;    may die here, or fail, with errno set
 *
 * A point says in which roles it is reached. `blackedoutchat faults` lists them, so that a new one is in the tests by
 * itself. A process looks for its orders in DATA/fault, which a test writes. */
#ifndef BOC_OS_FAULT_H
#define BOC_OS_FAULT_H

#include "base/def.h"

#ifdef BOC_FAULTS

struct fault_point {
	const char *name, *roles;
	bool can_fail;
} __attribute__((aligned(8)));

/* The linker puts all points of the program side by side. */
#define FAULT_AT_(point_name, point_roles, fails)                                                                     \
	(__extension__({                                                                                              \
		static const struct fault_point point_ __attribute__((section("fault_points"), used, aligned(8))) = { \
			.name = (point_name), .roles = (point_roles), .can_fail = (fails)};                           \
		fault_at(&point_);                                                                                    \
	}))

#define FAULT(name, roles) ((void)FAULT_AT_(name, roles, false))
#define FAULT_FAILS(name, roles) FAULT_AT_(name, roles, true)

/* Before the sandbox closes: finds the orders for this process. */
void fault_begin(const char *role, const char *data_dir);

/* Kills this process, or gives true and sets errno, when it is ordered. */
bool fault_at(const struct fault_point *p);

/* Prints every point: its name, "kill" or "fail", its roles. Gives the exit status. */
int fault_list(void);

#else

#define FAULT(name, roles) ((void)0)
#define FAULT_FAILS(name, roles) false

#define fault_begin(role, data_dir) ((void)(role), (void)(data_dir)) /* a macro: not even a name is left */

#endif

#endif
