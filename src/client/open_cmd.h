/* `blackedoutchat open`: the page in a window of its own, of a browser that can reach nothing else. */
#ifndef BOC_CLIENT_OPEN_CMD_H
#define BOC_CLIENT_OPEN_CMD_H

/* Asks the program that runs on the data folder whether it answers, then becomes Chromium: comes back only when that fails.
 * Gives the exit status, as rpc_command(). */
int open_command(const char *data_dir);

#endif
