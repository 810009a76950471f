/* The part of doctor that a program which runs on the data folder has to tell. */
#ifndef BOC_SUPERVISOR_DOCTOR_LIVE_H
#define BOC_SUPERVISOR_DOCTOR_LIVE_H

/* Asks it over its socket and prints what it says, or that none runs there. */
void doctor_live(const char *rpc_sock);

#endif
