/* The head of a request: any bytes. Whatever passes names this site and asks for a path. */
#include <stdlib.h>

#include "web/http_head.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct http_site site = http_site_of(7777);
	struct http_request r;
	struct slice in = slice_of(data, size);
	size_t head = http_head_len(in);
	if (head > size)
		abort();
	enum http_code code = http_head_read(in, &site, &r); /* also what is no whole head */
	if (code != HTTP_OK && code != HTTP_SWITCHING)
		return 0;
	if (head != size || r.path.n == 0 || r.path.p[0] != '/' || !memmem(data, size, site.host, strlen(site.host)))
		abort();
	if (code == HTTP_SWITCHING && (r.key.n != 24 || !memmem(data, size, site.origin, strlen(site.origin))))
		abort();
	return 0;
}
