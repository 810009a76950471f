#include "vault/store_faults.h"

#ifdef BOC_FAULTS

#include <sqlcipher/sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/fault.h"

static ssize_t faulty_pwrite(int fd, const void *p, size_t n, off64_t at)
{
	if (FAULT_FAILS("store.write.before", "vault"))
		return -1;
	ssize_t done = pwrite64(fd, p, n, at);
	FAULT("store.write.after", "vault");
	return done;
}

static ssize_t faulty_write(int fd, const void *p, size_t n)
{
	return FAULT_FAILS("store.write.before", "vault") ? -1 : write(fd, p, n);
}

static int faulty_truncate(int fd, off_t n)
{
	return FAULT_FAILS("store.truncate", "vault") ? -1 : ftruncate(fd, n);
}

void store_faults(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} calls[] = {{"pwrite64", (sqlite3_syscall_ptr)faulty_pwrite},
	             {"pwrite", (sqlite3_syscall_ptr)faulty_pwrite},
	             {"write", (sqlite3_syscall_ptr)faulty_write},
	             {"ftruncate", (sqlite3_syscall_ptr)faulty_truncate}};
	bool any = false;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		any |= vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call) == SQLITE_OK;
	if (!any)
		abort();
}

#else

typedef int no_faults; /* a file is never empty */

#endif
