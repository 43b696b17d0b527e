libsrc-console = services/console/view.c services/console/render.c \
	services/console/render_status.c services/console/ipc_io.c \
	services/proto/daemon_client_io.c services/proto/state_words.c \
	services/console/machine_io.c services/console/password_io.c \
	services/console/cluster_io.c services/base/parse.c services/base/text.c \
	services/base/file_io.c services/base/clock_io.c services/base/ipc_io.c \
	services/base/crypt_io.c

# What `trireme` does with words and answers: linked by its tests as it is.
console-pure := services/console/command.c services/console/command_table.c \
	services/console/command_help.c services/console/command_requests.c \
	services/console/answers.c services/console/answers_state.c services/console/state.c \
	services/console/answers_realserver.c \
	services/console/top.c services/console/drain.c \
	services/console/complete.c services/console/complete_place.c \
	services/console/words.c services/console/path.c \
	services/console/api.c services/console/http.c services/console/view.c \
	services/console/render.c services/console/render_status.c services/console/menu.c \
	services/proto/state_words.c services/base/parse.c services/base/text.c

programs += trireme
trireme-src = services/console/trireme_main.c services/console/run_io.c \
	services/console/status_cmd_io.c services/console/file_cmd_io.c \
	services/console/access_cmd_io.c services/console/program_cmd_io.c \
	services/console/top_cmd_io.c services/console/drain_cmd_io.c \
	services/console/realserver_cmd_io.c services/console/complete_io.c \
	services/console/interactive_io.c services/console/client_io.c \
	services/console/http_io.c services/console/output_io.c services/console/terminal_io.c \
	services/base/clock_io.c services/base/file_io.c $(console-pure)
trireme-pkg := jansson libedit nettle
trireme-dir := usr/bin

programs += trireme-console
trireme-console-src = services/console/console_main.c services/console/menu.c \
	services/console/console_io.c services/console/cluster_items_io.c \
	services/console/terminal_io.c services/console/config_io.c services/console/page_io.c \
	services/console/ready_io.c services/proto/config_client_io.c \
	$(libsrc-audit) $(libsrc-console) $(libsrc-schema)
trireme-console-pkg := libyang libqb libcrypt jansson

tests += test_console_screens
test_console_screens-src := services/console/tests/test_screens.c services/console/view.c \
	services/console/render.c services/console/render_status.c services/console/menu.c \
	services/proto/state_words.c services/base/parse.c services/base/text.c \
	services/base/file_io.c
test_console_screens-pkg := cmocka libqb

tests += test_console_menu
test_console_menu-src := services/console/tests/test_menu.c services/console/menu.c \
	services/base/parse.c services/base/text.c
test_console_menu-pkg := cmocka

tests += test_console_ipc
test_console_ipc-src := services/console/tests/test_ipc.c services/console/ipc_io.c \
	services/console/cluster_io.c services/console/view.c services/base/clock_io.c \
	services/proto/daemon_client_io.c services/proto/state_words.c services/base/ipc_io.c \
	services/base/text.c
test_console_ipc-pkg := cmocka libqb

tests += test_console_command
test_console_command-src := services/console/tests/test_command.c $(console-pure)
test_console_command-pkg := cmocka jansson

tests += test_console_answers
test_console_answers-src := services/console/tests/test_answers.c services/base/file_io.c \
	$(console-pure)
test_console_answers-pkg := cmocka jansson

tests += test_console_complete
test_console_complete-src := services/console/tests/test_complete.c $(console-pure)
test_console_complete-pkg := cmocka jansson

tests += test_console_http
test_console_http-src := services/console/tests/test_http.c services/console/http.c \
	services/console/path.c services/console/words.c services/base/parse.c services/base/text.c
test_console_http-pkg := cmocka jansson

fuzzers += fuzz_console_http
fuzz_console_http-src := services/console/fuzz_http.c services/console/http.c \
	services/base/parse.c services/base/text.c

fuzzers += fuzz_console_line
fuzz_console_line-src := services/console/fuzz_line.c services/console/path.c \
	services/console/words.c services/base/parse.c services/base/text.c
fuzz_console_line-pkg := jansson

tests += test_console_top
test_console_top-src := services/console/tests/test_top.c $(console-pure)
test_console_top-pkg := cmocka jansson
