# The importers of lvs.cf and keepalived.conf: pure, for whoever has a document.
libsrc-import := services/import/import.c services/import/arena.c services/import/report.c \
	services/import/keyword.c services/import/value.c services/import/service.c \
	services/import/plan.c services/import/plan_name.c services/import/plan_alias.c \
	services/import/plan_group.c services/import/plan_mark.c services/import/plan_ports.c \
	services/import/plan_path.c services/import/plan_settle.c services/import/judge.c \
	services/import/edits.c services/import/lvs_parse.c services/import/lvs_keys.c \
	services/import/lvs_map.c services/import/lvs_virtual.c services/import/lvs_server.c \
	services/import/lvs_check.c services/import/keepalived_parse.c \
	services/import/keepalived_define.c services/import/keepalived_cut.c \
	services/import/keepalived_keys_global.c services/import/keepalived_keys_vrrp.c \
	services/import/keepalived_keys_lvs.c services/import/keepalived_map.c \
	services/import/keepalived_vrrp.c services/import/keepalived_route.c \
	services/import/keepalived_server.c services/import/keepalived_group.c \
	services/import/keepalived_real.c services/import/keepalived_check.c

# With what judges and applies what the importers give. schema/module.mk comes later.
import-test = services/import/tests/import_test.c services/base/parse.c services/base/file_io.c \
	services/base/text.c $(libsrc-import) $(libsrc-document) $(libsrc-schema)

tests += test_import_golden test_import
test_import_golden-src = services/import/tests/test_golden.c services/base/tests/golden.c $(import-test)
test_import_golden-pkg = cmocka $(libpkg-document)
test_import-src = services/import/tests/test_import.c $(import-test)
test_import-pkg = cmocka $(libpkg-document)

fuzzers += fuzz_import_lvs fuzz_import_keepalived
fuzz_import_lvs-src = services/import/fuzz_import_lvs.c $(import-test)
fuzz_import_lvs-pkg = $(libpkg-document)
fuzz_import_keepalived-src = services/import/fuzz_import_keepalived.c $(import-test)
fuzz_import_keepalived-pkg = $(libpkg-document)
