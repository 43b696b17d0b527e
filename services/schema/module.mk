# The configuration model and its only reader. Programs that use it need base and libyang.
libsrc-schema := services/schema/schema_io.c services/schema/open_io.c services/schema/tree.c services/schema/explain.c services/schema/allowed.c services/schema/shape.c \
	services/schema/error.c services/schema/image.c services/schema/config_build.c \
	services/schema/config.c services/schema/config_field.c services/schema/build_cluster.c \
	services/schema/build_port.c services/schema/build_system.c services/schema/build_pool.c \
	services/schema/build_service.c services/schema/build_access.c services/schema/build_fencing.c \
	services/schema/build_resource.c \
	services/schema/validate.c services/schema/validate_addresses.c \
	services/schema/validate_nodes.c services/schema/validate_ports.c \
	services/schema/validate_cards.c services/schema/validate_system.c \
	services/schema/validate_aliases.c services/schema/validate_ranges.c \
	services/schema/validate_services.c services/schema/validate_reals.c \
	services/schema/validate_access.c services/schema/datapath.c services/base/text.c
libpkg-schema := libyang

# Documents that are edited, compared and sealed: for the config service.
libsrc-document := services/schema/document.c services/schema/document_at.c services/schema/tree_print.c \
	services/schema/document_path.c services/schema/document_value.c \
	services/schema/document_order.c services/schema/document_edit.c \
	services/schema/document_diff.c services/schema/document_lines.c \
	services/schema/document_patch.c services/schema/document_secret.c \
	services/schema/document_rights.c services/schema/document_write.c \
	services/schema/document_describe.c services/base/buffer.c
libpkg-document := libyang jansson

# Documents of earlier models; needs jansson too.
libsrc-upgrade := services/schema/upgrade.c services/schema/upgrade_steps.c services/schema/upgrade_2026_11_24.c

# What daemons that follow the configuration are started with; needs libqb too.
libsrc-daemon := services/schema/daemon_io.c services/schema/node_io.c services/base/watch_io.c \
	services/base/privilege_io.c

tests += test_schema
test_schema-src := services/schema/tests/test_schema.c services/base/parse.c \
	services/base/file_io.c services/base/text.c $(libsrc-schema)
test_schema-pkg := cmocka libyang

tests += test_schema_error
test_schema_error-src := services/schema/tests/test_error.c services/schema/error.c
test_schema_error-pkg := cmocka

# Both have image.c in themselves.
tests += test_schema_image
test_schema_image-src := services/schema/tests/test_image.c services/base/parse.c \
	services/base/file_io.c $(filter-out %/image.c,$(libsrc-schema))
test_schema_image-pkg := cmocka libyang

test-programs += show_access
show_access-src := services/schema/tests/show_access.c services/base/file_io.c \
	services/schema/image.c services/schema/config.c services/schema/error.c services/base/parse.c

fuzzers += fuzz_image
fuzz_image-src := services/schema/tests/fuzz_image.c services/schema/config.c \
	services/schema/error.c services/base/parse.c

tests += test_schema_daemon
test_schema_daemon-src = services/schema/tests/test_daemon.c $(libsrc-daemon) $(libsrc-base) \
	$(libsrc-schema)
test_schema_daemon-pkg := cmocka libyang libqb

fuzzers += fuzz_document
fuzz_document-src := services/schema/tests/fuzz_document.c services/base/parse.c \
	services/base/file_io.c $(libsrc-schema)
fuzz_document-pkg := libyang

tests += test_document
test_document-src := services/schema/tests/test_document.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document-pkg := cmocka $(libpkg-document)

tests += test_document_rights
test_document_rights-src := services/schema/tests/test_document_rights.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document_rights-pkg := cmocka $(libpkg-document)

tests += test_document_write
test_document_write-src := services/schema/tests/test_document_write.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document_write-pkg := cmocka $(libpkg-document)

tests += test_document_diff
test_document_diff-src := services/schema/tests/test_document_diff.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document_diff-pkg := cmocka $(libpkg-document)

tests += test_document_secret
test_document_secret-src := services/schema/tests/test_document_secret.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document_secret-pkg := cmocka $(libpkg-document)

tests += test_upgrade
test_upgrade-src := services/schema/tests/test_upgrade.c services/base/parse.c \
	services/base/file_io.c $(libsrc-upgrade) $(libsrc-document) $(libsrc-schema)
test_upgrade-pkg := cmocka $(libpkg-document)

tests += test_upgrade_steps
test_upgrade_steps-src := services/schema/tests/test_upgrade_steps.c services/schema/upgrade.c \
	services/schema/error.c
test_upgrade_steps-pkg := cmocka jansson

tests += test_document_model
test_document_model-src := services/schema/tests/test_document_model.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
test_document_model-pkg := cmocka $(libpkg-document)

fuzzers += fuzz_edit
fuzz_edit-src := services/schema/tests/fuzz_edit.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
fuzz_edit-pkg := $(libpkg-document)

# Also says how long everything takes with the largest document of the benches.
test-programs += perf_document
perf_document-src := services/schema/tests/perf_document.c services/base/parse.c \
	services/base/file_io.c $(libsrc-document) $(libsrc-schema)
perf_document-pkg := $(libpkg-document)

tests += test_schema_model
test_schema_model-src := services/schema/tests/test_model.c
test_schema_model-pkg := cmocka libyang

tests += test_schema_machine
test_schema_machine-src := services/schema/tests/test_machine.c services/schema/machine_io.c \
	services/schema/error.c services/base/parse.c
test_schema_machine-pkg := cmocka
