#include "client/open.h"

#include <stdio.h>

#include "os/paths.h"

enum exit_status open_client(const char *data_dir, struct client **ret)
{
	struct paths paths;
	char why[400];
	if (paths_of(data_dir, &paths, why, sizeof why) != OK) {
		fprintf(stderr, "blackedoutchat: %s\n", why);
		return EXIT_USAGE;
	}
	err_t e = client_open(paths.rpc, ret);
	if (e == OK)
		return EXIT_DONE;
	fprintf(stderr, "blackedoutchat: %s %s\n",
	        e == ERR_LOCAL_MISSING ? "no program is running with the data folder" : "cannot open", paths.data);
	return e == ERR_LOCAL_MISSING ? EXIT_NOT_RUNNING : EXIT_FAILED;
}

enum exit_status open_failed(const struct client *c, err_t e)
{
	const char *why = client_error(c);
	if (why[0] == 0 && e == ERR_LOCAL_SECRET)
		why = "The passphrase is wrong.";
	if (why[0] == 0 && e == ERR_LOCAL_IO)
		why = "The program ended the connection.";
	if (why[0] == 0 && e == ERR_PEER_TIMEOUT)
		why = "The program does not answer.";
	fprintf(stderr, "blackedoutchat: %s\n", why[0] ? why : err_text(e));
	return EXIT_FAILED;
}
