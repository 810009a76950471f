/* From the text of one message of tor to a typed event. For control.c. */
#ifndef BOC_TOR_CONTROL_EVENT_H
#define BOC_TOR_CONTROL_EVENT_H

#include "tor/control.h"

/* Reads an asynchronous event (control-spec 4.1), text without `650 `, which it overwrites; ret borrows from it.
 * ERR_AGAIN when we have no type for it. ERR_PEER_FORMAT. */
err_t control_event_read(char *text, struct torctl_event *ret) MUST_CHECK;

/* Reads the answer to a command, same rules; never ERR_AGAIN. ret->id is left to the caller. */
err_t control_answer_read(enum torctl_command command, int code, char *text, struct torctl_event *ret) MUST_CHECK;

#endif
