programs += trireme-system
trireme-system-src = services/system/system_main.c services/system/plan.c \
	services/system/sysctl.c services/system/netlink_io.c services/system/sysctl_io.c \
	services/base/parse.c services/base/text.c services/base/file_io.c services/base/privilege_io.c \
	services/schema/node_io.c $(libsrc-schema)
trireme-system-pkg = libmnl $(libpkg-schema)

tests += test_system_plan
test_system_plan-src := services/system/tests/test_plan.c services/system/plan.c \
	services/system/sysctl.c services/base/parse.c services/base/text.c
test_system_plan-pkg := cmocka
