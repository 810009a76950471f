/* What every proof needs. A proof is a main() that CBMC runs for all values of its inputs at once; see tools/prove.
 * any_*() is one value of all; assume() leaves the others out; prove() must hold for all that are left. */
#ifndef BOC_PROOF_H
#define BOC_PROOF_H

#include <stdlib.h>

#include "base/slice.h"

/* CBMC gives such a function any value. */
u8 nondet_u8(void);
u16 nondet_u16(void);
u32 nondet_u32(void);
u64 nondet_u64(void);
i64 nondet_i64(void);
size_t nondet_size(void);
bool nondet_bool(void);
#define any_u8 nondet_u8
#define any_u16 nondet_u16
#define any_u32 nondet_u32
#define any_u64 nondet_u64
#define any_i64 nondet_i64
#define any_size nondet_size
#define any_bool nondet_bool

#define assume(x) __CPROVER_assume(x)
#define prove(x) __CPROVER_assert(x, #x)
/* Some input must get here with x: that it cannot is what "fails". */
#define reached(x) __CPROVER_assert(!(x), "reached: " #x)

/* An object of exactly n bytes of any value: one byte further is an error. */
static inline u8 *any_object(size_t n)
{
	u8 *p = malloc(n);
	assume(p != NULL);
	return p;
}

/* Any bytes, at most max of them; also the empty slice without an address. */
static inline struct slice any_slice(size_t max)
{
	size_t n = any_size();
	assume(n <= max);
	if (n == 0 && any_bool())
		return slice_of(NULL, 0);
	return slice_of(any_object(n), n);
}

/* A stub reads n bytes at p, or puts n bytes of any value there: both must be allowed. */
static inline void reads(const void *p, size_t n)
{
	prove(n == 0 || __CPROVER_r_ok(p, n));
}

static inline void fills(void *p, size_t n)
{
	prove(n == 0 || __CPROVER_w_ok(p, n));
	if (n)
		__CPROVER_havoc_slice(p, n);
}

static inline void reads_slice(struct slice s)
{
	reads(s.p, s.n);
}

/* Whether part lies in whole. */
static inline bool is_part_of(struct slice part, struct slice whole)
{
	return part.n == 0 ||
	       (part.p >= whole.p && part.n <= whole.n && (size_t)(part.p - whole.p) <= whole.n - part.n);
}

#endif
