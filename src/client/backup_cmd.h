/* `blackedoutchat backup`: everything that a running program keeps, as one encrypted file. */
#ifndef BOC_CLIENT_BACKUP_CMD_H
#define BOC_CLIENT_BACKUP_CMD_H

/* Asks for the passphrase as `rpc session.unlock` does, unlocks the vault where it is locked, and writes the backup to file,
 * which must not exist: it is there whole, 0600 and durable, or not at all. Gives the exit status, as rpc_command(). */
int backup_command(const char *data_dir, const char *file);

#endif
