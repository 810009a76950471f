/* What a search takes for the same character, beyond upper and lower case and the accents of Latin letters: those SQLite
 * knows. And which characters are words by themselves, because their script does not set words apart. */
#ifndef BOC_BASE_FOLD_H
#define BOC_BASE_FOLD_H

#include "base/def.h"

/* The character that stands for c, often c itself. 0: c only marks the one before it, or cannot be seen. */
u32 fold(u32 c);

/* Whether any run of such characters is to be found, from the middle of a sentence too. */
bool fold_is_alone(u32 c);

#endif
