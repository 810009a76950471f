/* What tor/control.c wants of libsodium, by its name only: commands are not proved here. */
#include <stddef.h>

#define sodium_base64_VARIANT_ORIGINAL 1
#define sodium_base64_ENCODED_LEN(n, variant) (((n) + 2) / 3 * 4 + 1)

char *sodium_bin2hex(char *hex, size_t cap, const unsigned char *bin, size_t n);
char *sodium_bin2base64(char *b64, size_t cap, const unsigned char *bin, size_t n, int variant);
