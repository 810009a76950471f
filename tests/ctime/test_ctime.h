/* The cases about links, in test_ctime_link.c. */
#ifndef BOC_TEST_TEST_CTIME_H
#define BOC_TEST_TEST_CTIME_H

void handshake_and_records(void);
void record_alone(void);

#endif
