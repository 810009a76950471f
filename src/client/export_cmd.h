/* `blackedoutchat export`: one conversation, on standard output, as text or JSON (docs/api.md, "From a shell"). */
#ifndef BOC_CLIENT_EXPORT_CMD_H
#define BOC_CLIENT_EXPORT_CMD_H

/* who: the number, the address or the name of a contact, where only one has it. format: "text", "json"; NULL: text. Gives
 * the exit status, as rpc_command(). */
int export_command(const char *data_dir, const char *who, const char *format);

#endif
