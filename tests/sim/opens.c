#include "world.h"

unsigned opens_run(const char *dir)
{
	(void)dir;
	return 0;
}
