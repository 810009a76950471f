/* Looks at the machine: what is installed, which walls stand. For doctor, and for the page by way of the vault. */
#ifndef BOC_SUPERVISOR_LOOK_H
#define BOC_SUPERVISOR_LOOK_H

#include "os/paths.h"
#include "wire/findings.h"

/* Takes some ten ms: it asks tor for its version, and a child enters the sandbox of a role. No sentence names a folder. */
void look(const struct paths *p, struct findings *ret);

#endif
