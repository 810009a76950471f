#include "client/passphrase.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void catch (int signal_number)
{
	caught = signal_number;
}

/* Byte by byte: what follows the line stays unread. */
static err_t read_line(char ret[static MAX_PASSPHRASE + 1])
{
	size_t n = 0;
	for (;;) {
		char ch;
		ssize_t got = read(STDIN_FILENO, &ch, 1);
		if (got < 0 && errno == EINTR && !caught)
			continue;
		if (got < 0 || (got == 0 && n == 0))
			return ERR_LOCAL_IO;
		if (got == 0 || ch == '\n')
			break;
		if (n == MAX_PASSPHRASE)
			return ERR_PEER_LIMIT;
		ret[n++] = ch;
	}
	ret[n] = 0;
	return OK;
}

err_t passphrase_read(const char *prompt, char ret[static MAX_PASSPHRASE + 1])
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	struct sigaction old[ARRAY_LEN(ends)], act = {.sa_handler = catch}; /* no SA_RESTART: read() returns */
	struct termios was, quiet;
	if (tcgetattr(STDIN_FILENO, &was))
		return read_line(ret);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &act, &old[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fprintf(stderr, "%s: ", prompt);
	err_t e = read_line(ret);
	fputs("\n", stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &old[i], NULL);
	if (caught)
		raise(caught);
	return e;
}
