/* The web role with its limits as an argument, so that tests need not wait. */
#ifndef BOC_WEB_WEB_H
#define BOC_WEB_WEB_H

#include "os/role.h"
#include "web/hub.h"

struct web_limits {
	struct hub_limits hub;
	u32 header_ms; /* to a whole request head */
	u32 send_ms;   /* for a whole answer */
};

#define WEB_LIMITS ((struct web_limits){HUB_LIMITS, HTTP_HEADER_MS, HTTP_SEND_MS})

/* web_main with these limits. */
int web_run(const struct role_config *cfg, struct web_limits limits);

#endif
