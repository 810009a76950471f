/* The few words every file shares: short integer names, cleanup, hand-over. No I/O. */
#ifndef BOC_BASE_DEF_H
#define BOC_BASE_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* A local that owns: `CLEANUP(foo_freep) struct foo *f = foo_new();` calls foo_freep(&f) at every exit. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands a pointer on: gives its value and leaves NULL behind, so that CLEANUP frees nothing. */
#define MOVE(p)                             \
	(__extension__({                    \
		__typeof__(p) moved_ = (p); \
		(p) = NULL;                 \
		moved_;                     \
	}))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Erases secrets; the compiler may not drop it. */
static inline void wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

#endif
