/* Looks at the machine: what is installed, which walls stand. For doctor, and for the page by way of the vault. */
#ifndef BOC_SUPERVISOR_LOOK_H
#define BOC_SUPERVISOR_LOOK_H

#include "supervisor/preflight.h"
#include "wire/findings.h"

/* Takes some ten ms: a child enters the sandbox of a role. tor is as preflight_tor() found it, and not looked at with the system's.
 * No sentence names a folder. */
void look(const struct paths *p, const struct tor_program *tor, struct findings *ret);

#endif
