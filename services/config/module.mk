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

libsrc-store := services/config/store_io.c services/config/store_sql_io.c \
	services/config/store_log_io.c services/config/store_state_io.c \
	services/config/store_prune_io.c services/config/revision.c services/base/text.c
libpkg-store := sqlite3 nettle

tests += test_config_store
test_config_store-src := services/config/tests/test_store.c services/config/tests/store_fixture.c \
	services/base/file_io.c $(libsrc-store)
test_config_store-pkg := cmocka $(libpkg-store)

tests += test_config_secret
test_config_secret-src := services/config/tests/test_secret.c services/config/secret_io.c \
	services/base/file_io.c
test_config_secret-pkg := cmocka gnutls

tests += test_config_store_crash
test_config_store_crash-src := services/config/tests/test_store_crash.c \
	services/config/tests/vfs_crash.c services/config/tests/store_fixture.c \
	services/base/file_io.c $(libsrc-store)
test_config_store_crash-pkg := cmocka $(libpkg-store)
