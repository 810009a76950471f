/* Internal to crypto/: ML-KEM-768 (FIPS 203) with keys as their 64-byte seed d || z. */
#ifndef BOC_CRYPTO_MLKEM_H
#define BOC_CRYPTO_MLKEM_H

#include "base/err.h"

#define MLKEM_SEED_LEN 64
#define MLKEM_EK_LEN 1184
#define MLKEM_CT_LEN 1088
#define MLKEM_SS_LEN 32

/* All three: ERR_LOCAL_CRYPTO when the library fails. */

/* ML-KEM.KeyGen_internal(d, z): the encapsulation key. */
err_t mlkem_keygen(const u8 seed[static MLKEM_SEED_LEN], u8 ret_ek[static MLKEM_EK_LEN]) MUST_CHECK;

/* ML-KEM.Encaps_internal(ek, m) behind the check of 7.2: ERR_PEER_CRYPTO when ek has a coefficient >= q. */
err_t mlkem_encaps(const u8 ek[static MLKEM_EK_LEN], const u8 m[static 32], u8 ret_ct[static MLKEM_CT_LEN],
                   u8 ret_ss[static MLKEM_SS_LEN]) MUST_CHECK;

/* ML-KEM.Decaps: another secret and no error for a wrong ct. */
err_t mlkem_decaps(const u8 seed[static MLKEM_SEED_LEN], const u8 ct[static MLKEM_CT_LEN],
                   u8 ret_ss[static MLKEM_SS_LEN]) MUST_CHECK;

#endif
