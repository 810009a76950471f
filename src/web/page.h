/* The page as it is embedded: a table made by tools/embed from ui/dist at build time. The same bytes for everybody. */
#ifndef BOC_WEB_PAGE_H
#define BOC_WEB_PAGE_H

#include "base/slice.h"

struct page_file {
	const char *path; /* as asked for: "/", "/assets/index.js" */
	const char *mime; /* Content-Type */
	const u8 *gzip;   /* its bytes, compressed (RFC 1952) */
	size_t gzip_len;
	size_t raw_len; /* uncompressed */
	bool is_worker; /* the script of a Worker: it may compile WebAssembly */
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

/* The file at exactly this path, or NULL. Lives as long as the program. */
const struct page_file *page_find(struct slice path);

#endif
