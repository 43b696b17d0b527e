# What must change: pure.
libsrc-plan := services/system/plan.c services/system/plan_links.c \
	services/system/plan_addresses.c services/system/plan_text.c services/system/sysctl.c \
	services/system/files.c

programs += trireme-system
trireme-system-src = services/system/system_main.c services/system/follow_io.c \
	services/system/reconcile_io.c $(libsrc-plan) services/system/link_msg.c \
	services/system/netlink_io.c services/system/sysctl_io.c services/system/files_io.c \
	services/schema/machine_io.c services/base/netlink_io.c services/base/privilege_io.c \
	$(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-system-pkg = libqb libmnl $(libpkg-schema)

tests += test_system_plan test_system_plan_links
test_system_plan-src := services/system/tests/test_plan.c services/system/tests/plan_fixture.c \
	$(libsrc-plan) services/schema/config.c services/base/parse.c services/base/text.c
test_system_plan-pkg := cmocka
test_system_plan_links-src := services/system/tests/test_plan_links.c \
	services/system/tests/plan_fixture.c $(libsrc-plan) services/schema/config.c services/base/parse.c \
	services/base/text.c
test_system_plan_links-pkg := cmocka

tests += test_system_link_msg
test_system_link_msg-src := services/system/tests/test_link_msg.c services/system/link_msg.c \
	services/base/parse.c
test_system_link_msg-pkg := cmocka libmnl
