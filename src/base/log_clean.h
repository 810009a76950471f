/* The last line of defence before a line of the log is kept to be given to somebody: takes out what looks like an address, a
 * key or a person's folder, whoever wrote it. The first one is not to log such things (base/log.h). Pure. */
#ifndef BOC_BASE_LOG_CLEAN_H
#define BOC_BASE_LOG_CLEAN_H

#include "base/slice.h"

#define LOG_CLEAN_FOLDERS 4

/* Folders that name a person or a place: each is absolute, or empty. Borrowed. */
struct log_clean {
	const char *folders[LOG_CLEAN_FOLDERS]; /* NULL: none */
};

/* Writes `line` to out, at most cap - 1 printable ASCII characters and NUL, with
 *   [address]  for onion addresses, with and without .onion, and whatever has 56 letters of base32 in a row
 *   [ip]       for IPv4 and IPv6 addresses, with their port, but for loopback
 *   [url]      for SCHEME://...
 *   [bridge]   for the value of what bridge lines call url, front, fronts, ice, sni, servername, cert
 *   [key]      for 32 or more letters in a row that are hexadecimal or look like base64, and a nickname behind them
 *   [folder]   for the folders of `c`, and for the folder of anybody below /home, /Users, /run/user
 * and "?" for every other byte. Gives the length. Cleaning what is clean changes nothing. */
size_t log_clean(const struct log_clean *c, struct slice line, char *out, size_t cap);

#endif
