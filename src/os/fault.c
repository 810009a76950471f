#include "os/fault.h"

#ifdef BOC_FAULTS

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* DATA/fault, shared by all processes of a node and by the test: so an order is given while they run, and who was
 * killed by it is not killed by it again. */
struct order {
	char role[16], point[48], action[16]; /* point "*": every one that can fail */
	u32 count;                            /* at the how-many-eth time; 0: no order */
	u32 struck;                           /* how often it was carried out */
};

static struct order *order;
static const char *own_role;

void fault_begin(const char *role, const char *data_dir)
{
	char path[300];
	snprintf(path, sizeof path, "%s/fault", data_dir);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	void *p = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	order = p == MAP_FAILED ? NULL : p;
	own_role = role;
}

static int errno_of(const char *action)
{
	return strcmp(action, "ENOSPC") == 0 ? ENOSPC : strcmp(action, "EROFS") == 0 ? EROFS : EIO;
}

/* A failing disk goes on failing until the order is taken back; a killing is done once. */
bool fault_at(const struct fault_point *p)
{
	if (!order || __atomic_load_n(&order->count, __ATOMIC_ACQUIRE) == 0)
		return false;
	bool every = strcmp(order->point, "*") == 0 && p->can_fail;
	if (strcmp(order->role, own_role) != 0 || (!every && strcmp(order->point, p->name) != 0))
		return false;
	if (order->count > 1) {
		order->count--;
		return false;
	}
	bool kills = strcmp(order->action, "kill") == 0;
	order->struck++;
	if (kills) {
		__atomic_store_n(&order->count, 0, __ATOMIC_RELEASE);
		raise(SIGKILL);
	}
	errno = errno_of(order->action);
	return p->can_fail;
}

extern const struct fault_point __start_fault_points[], __stop_fault_points[];

int fault_list(void)
{
	for (const struct fault_point *p = __start_fault_points; p < __stop_fault_points; p++)
		printf("%s %s %s\n", p->name, p->can_fail ? "fail" : "kill", p->roles);
	return 0;
}

#else

typedef int no_faults; /* a file is never empty */

#endif
