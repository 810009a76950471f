/* The points of os/fault.h at which SQLite itself writes: between any two pages. */
#ifndef BOC_VAULT_STORE_FAULTS_H
#define BOC_VAULT_STORE_FAULTS_H

#ifdef BOC_FAULTS
/* Once, after sqlite3_initialize(). */
void store_faults(void);
#else
#define store_faults() ((void)0)
#endif

#endif
