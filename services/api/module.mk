# What decides is pure, and linked by its tests as it is.
api-pure := services/api/access.c services/api/answer.c services/api/audit.c \
	services/api/directory.c services/api/ended.c services/api/lockout.c \
	services/api/request.c services/api/rpc_input.c services/api/state.c services/api/token.c \
	services/api/verified.c services/proto/api_frame.c services/proto/state_words.c \
	services/base/buffer.c
api-parse := services/base/parse.c services/base/text.c

programs += trireme-api
trireme-api-src = services/api/api_main.c services/api/audit_io.c services/api/authenticate_io.c \
	services/api/broker_io.c services/api/helper_io.c services/api/helper_run_io.c \
	services/api/operation_io.c services/api/rpc_access_io.c services/api/rpc_config_io.c \
	services/api/sandbox_io.c services/api/serve_io.c services/api/state_io.c $(api-pure) \
	services/proto/config_client_io.c services/proto/daemon_client_io.c \
	services/base/crypt_io.c services/base/ipc_io.c $(libsrc-base) $(libsrc-daemon) \
	$(libsrc-schema)
trireme-api-pkg := libyang libqb jansson nettle libcrypt libseccomp
trireme-api-lib := -lpthread
