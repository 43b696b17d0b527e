programs += trireme-system
trireme-system-src = services/system/system_main.c services/system/follow_io.c \
	services/system/reconcile_io.c services/system/plan.c services/system/sysctl.c \
	services/system/netlink_io.c services/system/sysctl_io.c services/base/netlink_io.c \
	services/base/privilege_io.c $(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-system-pkg = libqb libmnl $(libpkg-schema)

tests += test_system_plan
test_system_plan-src := services/system/tests/test_plan.c services/system/plan.c \
	services/system/sysctl.c services/base/parse.c services/base/text.c
test_system_plan-pkg := cmocka
