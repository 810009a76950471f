/* The command line. `--role=NAME` is how the supervisor starts this program again as one of its roles. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "client/backup_cmd.h"
#include "client/export_cmd.h"
#include "client/open_cmd.h"
#include "client/rpc_cmd.h"
#include "crypto/selftest.h"
#include "demo/demo.h"
#include "os/fault.h"
#include "os/os_env.h"
#include "os/role.h"
#include "supervisor/doctor.h"
#include "supervisor/erase.h"
#include "supervisor/preflight.h"
#include "supervisor/restore_cmd.h"
#include "supervisor/supervisor.h"

static const char help[] =
	"Chat without a server, over Tor.\n"
	"\n"
	"usage: blackedoutchat COMMAND\n"
	"\n"
	"  run [--data DIR] [--port N] [--network DIR] [--bridges] [--tor DIR]\n"
	"        start; then open the address it prints in a browser on this machine\n"
	"  open [--data DIR]\n"
	"        the page of a running program in a window of Chromium that reaches nothing else\n"
	"  demo [--check] [--json] [--keep]\n"
	"        a private Tor network on this machine with two people on it, until Ctrl+C\n"
	"  rpc [--data DIR] METHOD [JSON]\n"
	"        ask a running program (docs/api.md) and print the JSON result;\n"
	"        METHOD session.unlock reads the passphrase from standard input\n"
	"  backup [--data DIR] FILE\n"
	"        write everything to one encrypted file while the program runs; reads the passphrase\n"
	"        from standard input\n"
	"  restore [--data DIR] FILE\n"
	"        make a vault of such a file, in a data folder that has none\n"
	"  export [--data DIR] [--format text|json] CONTACT\n"
	"        print the conversation with a contact, by number, address or name: not encrypted\n"
	"  doctor [--data DIR] [--tor DIR]\n"
	"        what is installed, which sandbox holds, who may read the data folder\n"
	"  erase [--data DIR]\n"
	"        destroy the vault for good, whether the program runs or not: asks for the word\n"
	"        \"erase\" on standard input\n"
	"  version\n"
	"\n"
	"  --data DIR     the data folder (~/.local/share/blackedoutchat)\n"
	"  --port N       port of the page on 127.0.0.1 (random at first, then kept)\n"
	"  --network DIR  join the private Tor network in DIR instead of the public one\n"
	"  --bridges      never connect to Tor without bridges: wait until some are given\n"
	"  --tor DIR      use the tor that runs on this machine, by its sockets in DIR (on Debian\n"
	"                 /run/tor), instead of one of our own\n"
	"  --check        tell the whole story by itself, print one line of JSON, exit 0 or 1\n"
	"  --json         print who is there as one line of JSON\n"
	"  --keep         leave the folders of the demo when it ends\n";

struct options {
	const char *data, *network, *tor, *role, *format;
	int port;
	bool check, json, keep, bridges;
	char **rest; /* what is no option */
	int rest_count;
	char default_data[256];
};

static int usage(const char *what, const char *arg)
{
	fprintf(stderr, "blackedoutchat: %s%s\ntry: blackedoutchat --help\n", what, arg);
	return 2;
}

static bool parse_port(const char *s, int *ret)
{
	char *end;
	long n = strtol(s, &end, 10);
	if (*s == 0 || *end || n < 1 || n > 65535)
		return false;
	*ret = (int)n;
	return true;
}

/* The value of option `name` at *i: "--name value" or "--name=value". NULL when argv[*i] is another option. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);
	if (strncmp(argv[*i], name, n) != 0)
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	if (argv[*i][n] == 0 && *i + 1 < argc)
		return argv[++*i];
	return NULL;
}

/* Reads the options; what is none goes to the front. Gives 0, or the exit status of a usage error. */
static int parse(int argc, char **argv, struct options *o)
{
	o->rest = argv;
	for (int i = 0; i < argc; i++) {
		const char *v;
		if (strncmp(argv[i], "--", 2) != 0)
			o->rest[o->rest_count++] = argv[i];
		else if ((v = value_of("--data", argc, argv, &i)))
			o->data = v;
		else if ((v = value_of("--network", argc, argv, &i)))
			o->network = v;
		else if ((v = value_of("--tor", argc, argv, &i)))
			o->tor = v;
		else if ((v = value_of("--format", argc, argv, &i)))
			o->format = v;
		else if ((v = value_of("--role", argc, argv, &i)))
			o->role = v;
		else if ((v = value_of("--port", argc, argv, &i))) {
			if (!parse_port(v, &o->port))
				return usage("not a port: ", v);
		} else if (strcmp(argv[i], "--check") == 0)
			o->check = true;
		else if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "--bridges") == 0)
			o->bridges = true;
		else if (strcmp(argv[i], "--keep") == 0)
			o->keep = true;
		else
			return usage("unknown or incomplete option ", argv[i]);
	}
	if (!o->data) {
		if (preflight_default_data(o->default_data, sizeof o->default_data) != OK)
			return usage("no home folder known; name one with ", "--data DIR");
		o->data = o->default_data;
	}
	return 0;
}

static int run_role(const struct options *o)
{
	static const struct {
		const char *name;
		enum role role;
		int (*main)(const struct role_config *);
	} roles[] = {{"vault", ROLE_VAULT, vault_main},
	             {"onion", ROLE_ONION, onion_main},
	             {"net", ROLE_NET, net_main},
	             {"web", ROLE_WEB, web_main}};
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(o->role, roles[i].name) != 0)
			continue;
		struct role_config cfg = {
			.role = roles[i].role, .env = os_env(), .network = o->network, .port = (u16)o->port};
		char why[400];
		err_t e = paths_of(o->data, &cfg.paths, why, sizeof why);
		if (e == OK && o->tor)
			e = paths_use_tor(&cfg.paths, o->tor, why, sizeof why);
		if (e == OK)
			e = role_begin(&cfg);
		if (e == OK)
			e = crypto_selftest();
		if (e == OK)
			return roles[i].main(&cfg);
		fprintf(stderr, "%s: cannot start: %s\n", roles[i].name, err_text(e));
		return 1;
	}
	return usage("no such role: ", o->role);
}

static int run_with_argument(const char *command, const struct options *o)
{
	if (o->rest_count != 1)
		return usage("one file or contact is needed by ", command);
	if (strcmp(command, "backup") == 0)
		return backup_command(o->data, o->rest[0]);
	if (strcmp(command, "restore") == 0)
		return restore_command(o->data, o->rest[0]);
	return export_command(o->data, o->rest[0], o->format);
}

static int run_command(const char *command, const struct options *o)
{
	if (strcmp(command, "rpc") == 0)
		return rpc_command(o->data, o->rest_count, o->rest);
	if (o->format && strcmp(command, "export") != 0)
		return usage("--format is for ", "export");
	if (strcmp(command, "backup") == 0 || strcmp(command, "restore") == 0 || strcmp(command, "export") == 0)
		return run_with_argument(command, o);
	if (o->rest_count > 0)
		return usage("unexpected argument ", o->rest[0]);
	if (o->tor && (o->network || o->bridges))
		return usage("the network and the bridges of a tor that is not ours are its own: --tor goes without ",
		             o->network ? "--network" : "--bridges");
	if (strcmp(command, "run") == 0)
		return supervise(&(struct run_options){
			.data = o->data, .network = o->network, .tor = o->tor, .bridges = o->bridges, .port = o->port});
	if (strcmp(command, "demo") == 0)
		return demo(&(struct demo_options){.check = o->check, .json = o->json, .keep = o->keep});
	if (strcmp(command, "open") == 0)
		return open_command(o->data);
	if (strcmp(command, "doctor") == 0)
		return doctor(o->data, o->tor);
	if (strcmp(command, "erase") == 0)
		return erase_command(o->data);
	return usage("unknown command ", command);
}

int main(int argc, char **argv)
{
	struct options o = {0};
	if (argc < 2) {
		fputs(help, stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0)
		return doctor_versions();
#ifdef BOC_FAULTS
	if (strcmp(argv[1], "faults") == 0)
		return fault_list();
#endif
	bool is_role = strncmp(argv[1], "--role", 6) == 0;
	int status = is_role ? parse(argc - 1, argv + 1, &o) : parse(argc - 2, argv + 2, &o);
	if (status)
		return status;
	if (is_role)
		return o.role ? run_role(&o) : usage("no role", "");
	if (o.role)
		return usage("unknown or incomplete option ", "--role");
	return run_command(argv[1], &o);
}
