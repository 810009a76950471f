#include "onion/join.h"

#include "os/folder.h"

#define SEED_MAX (1 << 20)

err_t join_torrc(const char *dir, struct buf *out)
{
	return folder_read(dir, "client.torrc", out);
}

err_t join_seed(const char *dir, const char *data_dir)
{
	static const char *const names[] = {"cached-certs", "cached-microdesc-consensus", "cached-microdescs"};
	char seed[FOLDER_PATH_MAX];
	TRY(folder_path(seed, dir, "seed"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CLEANUP(buf_free) struct buf b = buf_with_max(SEED_MAX);
		TRY(folder_read(seed, names[i], &b));
		TRY(folder_write(data_dir, names[i], buf_bytes(&b)));
	}
	return OK;
}
