/* What commands that ask a running program have in common. */
#ifndef BOC_CLIENT_OPEN_H
#define BOC_CLIENT_OPEN_H

#include "client/client.h"

enum exit_status { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_RUNNING };

/* Connects with the program on a data folder. Else an exit status, and a sentence on standard error says why. *ret is owned. */
enum exit_status open_client(const char *data_dir, struct client **ret);

/* Says on standard error what became of a request. Gives EXIT_FAILED. */
enum exit_status open_failed(const struct client *c, err_t e);

#endif
