programs += trireme-config
trireme-config-src = services/config/config_main.c services/config/load_io.c \
	services/config/tree_io.c services/config/corosync_conf.c services/config/identity.c \
	services/config/summary.c services/base/parse.c services/base/text.c \
	services/base/file_io.c services/base/privilege_io.c $(libsrc-schema)
trireme-config-pkg = $(libpkg-schema)

tests += test_config_corosync
test_config_corosync-src = services/config/tests/test_corosync_conf.c \
	services/config/corosync_conf.c services/base/parse.c services/base/text.c \
	services/base/file_io.c $(libsrc-schema)
test_config_corosync-pkg = cmocka $(libpkg-schema)

tests += test_config_identity
test_config_identity-src := services/config/tests/test_identity.c services/config/identity.c \
	services/schema/config.c services/base/parse.c services/base/text.c
test_config_identity-pkg := cmocka

tests += test_config_revision
test_config_revision-src := services/config/tests/test_revision.c services/config/revision.c
test_config_revision-pkg := cmocka nettle
