join-sides := services/join/protocol.c services/join/member.c services/join/machine.c services/join/words.c

# What members and new machines have in common with a backup.
join-shared := services/join/source_io.c services/join/cluster_io.c services/join/cards.c \
	services/join/cards_io.c services/join/import_io.c services/join/tls_io.c \
	services/proto/bundle.c services/proto/config_client_io.c services/base/ipc_io.c \
	services/base/privilege_io.c services/base/file_io.c services/base/clock_io.c \
	services/base/parse.c services/base/text.c $(libsrc-audit)

programs += trireme-join
trireme-join-src = services/join/join_main.c services/join/open_io.c services/join/open_look_io.c \
	services/join/open_serve_io.c services/join/to_io.c services/join/link_io.c \
	services/join/software_io.c services/join/code.c $(join-sides) $(join-shared) \
	services/schema/image.c services/schema/config.c services/schema/node_io.c \
	services/schema/error.c
trireme-join-pkg := libqb gnutls nettle jansson

programs += trireme-backup
trireme-backup-src = services/join/backup_main.c services/join/create_io.c \
	services/join/restore_io.c services/join/passphrase_io.c services/join/backup_format.c \
	services/join/words.c $(join-shared)
trireme-backup-pkg := libqb gnutls nettle jansson libcrypt

tests += test_join_code
test_join_code-src := services/join/tests/test_code.c services/join/code.c services/base/text.c
test_join_code-pkg := cmocka

tests += test_join_protocol
test_join_protocol-src := services/join/tests/test_protocol.c services/join/protocol.c
test_join_protocol-pkg := cmocka

tests += test_join_sides
test_join_sides-src := services/join/tests/test_sides.c $(join-sides)
test_join_sides-pkg := cmocka nettle

tests += test_join_bundle
test_join_bundle-src := services/join/tests/test_bundle.c services/proto/bundle.c
test_join_bundle-pkg := cmocka nettle

fuzzers += fuzz_join_protocol
fuzz_join_protocol-src := services/join/fuzz_protocol.c $(join-sides)
fuzz_join_protocol-pkg := nettle

fuzzers += fuzz_join_bundle
fuzz_join_bundle-src := services/join/fuzz_bundle.c services/proto/bundle.c
fuzz_join_bundle-pkg := nettle

# For tests of whole programs: one of another release, and one whose code counts for two seconds.
join-level := services/join/software_io.c
test-programs += trireme-join-later
trireme-join-later-src = $(filter-out $(join-level),$(trireme-join-src))
trireme-join-later-own := $(join-level)
trireme-join-later-cflags := -DCONFIG_WIRE_LEVEL=9
trireme-join-later-pkg = $(trireme-join-pkg)

join-patience := services/join/member.c services/join/open_io.c
test-programs += trireme-join-brief
trireme-join-brief-src = $(filter-out $(join-patience),$(trireme-join-src))
trireme-join-brief-own := $(join-patience)
trireme-join-brief-cflags := -DMEMBER_OPEN_NS=2000000000ULL
trireme-join-brief-pkg = $(trireme-join-pkg)

tests += test_join_cards
test_join_cards-src := services/join/tests/test_cards.c services/join/cards.c services/base/text.c
test_join_cards-pkg := cmocka jansson

tests += test_join_backup_format
test_join_backup_format-src := services/join/tests/test_backup_format.c \
	services/join/backup_format.c
test_join_backup_format-pkg := cmocka nettle

fuzzers += fuzz_join_backup
fuzz_join_backup-src := services/join/fuzz_backup.c services/join/backup_format.c
fuzz_join_backup-pkg := nettle
