/* The error codes of docs/api.md, for the side that answers and the side that asks. */
#ifndef BOC_WIRE_RPC_CODE_H
#define BOC_WIRE_RPC_CODE_H

enum rpc_code {
	RPC_OK = 0,
	RPC_NO_JSON = -32700,
	RPC_NO_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_BAD_PARAMS = -32602,
	RPC_INTERNAL = -32603,
	RPC_LOCKED = -32001,
	RPC_WRONG_PASSPHRASE = -32002,
	RPC_MISSING = -32003,
	RPC_EXISTS = -32004,
	RPC_NOT_NOW = -32005,
	RPC_TOO_MUCH = -32006,
	RPC_DISK_FULL = -32007,
	RPC_DISK = -32008,
	RPC_DAMAGED = -32009,
	RPC_LATER = -32010,
	RPC_NO_BRIDGE = -32011,
};

#endif
