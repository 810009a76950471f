/* `blackedoutchat rpc`: one request from the command line. */
#ifndef BOC_CLIENT_RPC_CMD_H
#define BOC_CLIENT_RPC_CMD_H

/* argv: METHOD [JSON]. Prints the result as JSON on standard output. The method session.unlock is done here, by
 * client_login: it reads the passphrase from the terminal without echo, or one line of standard input, and takes
 * {"name": ...} for the first start. Gives the exit status: 0; 1 the request failed, and a sentence on standard error
 * says why; 2 usage; 3 no program runs with this data folder. */
int rpc_command(const char *data_dir, int argc, char **argv);

#endif
