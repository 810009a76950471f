/* The parameters of the methods. For rpc_param.c, which reads them, and rpc_method.c, where methods name them. */
#ifndef BOC_WEB_RPC_PARAM_H
#define BOC_WEB_RPC_PARAM_H

/* One that is optional is listed as such for all methods that take it. */
enum rpc_param {
	P_END,
	P_CONTACT,
	P_ADDRESS_OPT,
	P_INVITATION_OPT,
	P_IDENTITY,
	P_IDENTITY_OPT,
	P_STRANGERS,
	P_QR,
	P_LABEL_OPT,
	P_DAYS_OPT,
	P_INVITE,
	P_NAME,
	P_NAME_OPT,
	P_GREETING_OPT,
	P_TEXT,
	P_WORDS,
	P_CONTACT_OPT,
	P_FROM_OPT,
	P_SINCE_OPT,
	P_UNTIL_OPT,
	P_ID_OPT,
	P_REPLY_OPT,
	P_ORDINAL,
	P_EMOJI,
	P_EVERYONE,
	P_BEFORE_OPT,
	P_LIMIT_OPT,
	P_REQUEST,
	P_RECORD,
	P_KE1,
	P_KE3,
	P_SEALED,
	P_BACKUP,
	P_OFFSET,
	P_CONFIRM,
	P_LOCK_AFTER,
	P_PICTURE,
	P_COUNT,
};

#endif
