/* A conversation as text for people: what others wrote cannot steer a terminal. No I/O but the stream. */
#ifndef BOC_CLIENT_EXPORT_H
#define BOC_CLIENT_EXPORT_H

#include <jansson.h>
#include <stdio.h>

#include "base/def.h"

/* Writes s without what a terminal or the direction of text obeys: controls but line ends, U+FFFD stands for each. After
 * each line end goes `indent`. */
void export_plain(FILE *out, const char *s, const char *indent);

/* One message, as messages.list gives it. contact: a name. */
void export_message(FILE *out, const json_t *message, const char *contact);

/* "2026-01-31 12:00:00 UTC" */
void export_time(FILE *out, json_int_t ms);

#endif
