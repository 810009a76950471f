/* What a person asks when something does not work: what is here, in which version, and which walls stand. */
#ifndef BOC_SUPERVISOR_DOCTOR_H
#define BOC_SUPERVISOR_DOCTOR_H

/* Prints a line per finding for the data folder. Exit status: 0, or 1 when something must be mended. */
int doctor(const char *data, const char *tor);

/* Prints the program's version and those of its libraries. Gives 0. */
int doctor_versions(void);

#endif
