#include "web/page.h"

const struct page_file *page_find(struct slice path)
{
	for (size_t i = 0; i < page_file_count; i++) {
		if (slice_eq(path, slice_str(page_files[i].path)))
			return &page_files[i];
	}
	return NULL;
}
