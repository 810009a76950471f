/* `blackedoutchat restore`: a data folder without a vault gets the one of a backup. */
#ifndef BOC_SUPERVISOR_RESTORE_CMD_H
#define BOC_SUPERVISOR_RESTORE_CMD_H

/* Refuses where a program runs on the folder or a vault is there. Gives the exit status: 0; 1, and a sentence on standard error
 * says why: nothing has changed. */
int restore_command(const char *data, const char *file);

#endif
