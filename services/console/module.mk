libsrc-console = services/console/view.c services/console/render.c \
	services/console/render_status.c services/console/ipc_io.c \
	services/console/machine_io.c services/console/password_io.c \
	services/console/switchover_io.c services/base/parse.c services/base/text.c \
	services/base/file_io.c services/base/clock_io.c services/base/ipc_io.c

programs += trireme
trireme-src = services/console/trireme_main.c services/console/json.c \
	services/console/config_cmd.c services/console/config_cmd_io.c \
	services/proto/config_client_io.c $(libsrc-console)
trireme-pkg := libqb libcrypt jansson
trireme-dir := usr/bin

programs += trireme-console
trireme-console-src = services/console/console_main.c services/console/menu.c \
	services/console/terminal_io.c services/console/config_io.c \
	$(libsrc-console) $(libsrc-schema)
trireme-console-pkg := libyang libqb libcrypt

tests += test_console_screens
test_console_screens-src := services/console/tests/test_screens.c services/console/view.c \
	services/console/render.c services/console/render_status.c services/console/json.c \
	services/console/menu.c services/base/parse.c services/base/text.c services/base/file_io.c
test_console_screens-pkg := cmocka libqb

tests += test_console_menu
test_console_menu-src := services/console/tests/test_menu.c services/console/menu.c \
	services/base/parse.c services/base/text.c
test_console_menu-pkg := cmocka

tests += test_console_ipc
test_console_ipc-src := services/console/tests/test_ipc.c services/console/ipc_io.c \
	services/console/switchover_io.c services/console/view.c services/base/clock_io.c \
	services/base/ipc_io.c services/base/text.c
test_console_ipc-pkg := cmocka libqb

tests += test_console_config_cmd
test_console_config_cmd-src := services/console/tests/test_config_cmd.c \
	services/console/config_cmd.c services/base/parse.c services/base/text.c
test_console_config_cmd-pkg := cmocka jansson
