# What decides is pure, and linked by its tests as it is.
api-pure := services/api/access.c services/api/answer.c services/base/audit.c \
	services/api/decisions.c services/api/directory.c services/api/ended.c services/api/lockout.c \
	services/api/request.c services/api/rpc_input.c services/api/state.c services/api/state_datapath.c services/api/state_sync.c services/api/token.c services/base/histogram.c \
	services/api/verified.c services/proto/api_frame.c services/proto/state_words.c services/proto/watchdog_report.c \
	services/proto/agent_record.c services/base/buffer.c
api-parse := services/base/parse.c services/base/text.c

programs += trireme-api
trireme-api-src = services/api/api_main.c services/api/attempt_io.c services/base/audit_io.c \
	services/api/authenticate_io.c services/api/broker_io.c services/api/gate_io.c \
	services/api/helper_io.c services/api/helper_run_io.c \
	services/api/operation_io.c services/api/rpc_access_io.c services/api/rpc_config_io.c \
	services/api/rpc_decisions_io.c services/api/rpc_import_io.c $(libsrc-import) \
	services/api/sandbox_io.c services/api/serve_io.c services/api/serve_work_io.c \
	services/api/state_io.c services/api/wait_io.c $(api-pure) \
	services/proto/config_client_io.c services/proto/daemon_client_io.c \
	services/base/crypt_io.c services/base/ipc_io.c services/base/sandbox_io.c \
	$(libsrc-base) $(libsrc-daemon) \
	$(libsrc-schema)
trireme-api-pkg := libyang libqb jansson nettle libcrypt libseccomp
trireme-api-lib := -lpthread

tests += test_api_access
test_api_access-src = services/api/tests/test_access.c services/api/access.c services/api/answer.c \
	services/api/rpc_input.c services/base/buffer.c services/base/text.c
test_api_access-pkg := cmocka libyang jansson

tests += test_api_decisions
test_api_decisions-src = services/api/tests/test_decisions.c services/api/decisions.c \
	services/proto/agent_record.c services/proto/state_words.c $(api-parse)
test_api_decisions-pkg := cmocka jansson

tests += test_api_token
test_api_token-src = services/api/tests/test_token.c services/api/token.c services/api/directory.c \
	$(api-parse)
test_api_token-pkg := cmocka nettle

tests += test_api_lockout
test_api_lockout-src := services/api/tests/test_lockout.c services/api/lockout.c \
	services/api/verified.c services/api/ended.c
test_api_lockout-pkg := cmocka

tests += test_api_request
test_api_request-src = services/api/tests/test_request.c services/api/access.c \
	services/api/answer.c services/base/audit.c services/api/request.c \
	services/proto/api_frame.c services/base/buffer.c $(api-parse)
test_api_request-pkg := cmocka jansson

tests += test_api_state
test_api_state-src = services/api/tests/test_state.c services/api/state.c services/api/state_datapath.c services/api/state_sync.c services/api/access.c \
	services/base/histogram.c \
	services/proto/state_words.c services/proto/watchdog_report.c services/base/buffer.c $(api-parse)
test_api_state-pkg := cmocka libyang jansson

fuzzers += fuzz_api_request
fuzz_api_request-src = services/api/fuzz_request.c services/api/access.c services/api/answer.c \
	services/api/request.c services/api/rpc_input.c services/proto/api_frame.c \
	services/base/buffer.c $(api-parse)
fuzz_api_request-pkg := jansson

fuzzers += fuzz_api_token
fuzz_api_token-src = services/api/fuzz_token.c services/api/token.c $(api-parse)
fuzz_api_token-pkg := nettle

# For tests of the daemons.
test-programs += ask_daemons
ask_daemons-src := services/api/tests/ask_daemons.c services/proto/daemon_client_io.c \
	services/base/ipc_io.c services/base/clock_io.c $(api-pure) $(api-parse)
ask_daemons-pkg := libqb jansson libyang nettle libcrypt
