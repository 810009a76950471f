/* The end of a data folder: `blackedoutchat erase`, and what session.erase leaves to the supervisor. */
#ifndef BOC_SUPERVISOR_ERASE_H
#define BOC_SUPERVISOR_ERASE_H

#include "os/paths.h"

/* Destroys the keys, if they are there still, and removes everything else. Nobody may use the folder: the caller holds its
 * lock. Says so, or what could not be done. Gives the exit status. */
int erase_rest(const struct paths *p);

/* The whole command: asks, destroys the keys, has a running program do the rest or does it itself. */
int erase_command(const char *data);

#endif
