# What corosync is told, and how it becomes something else.
libsrc-ring := services/config/ring.c services/config/ring_text.c services/config/corosync_conf.c

# The change itself, on all nodes together.
config-ring := services/config/ring_change.c services/config/ring_change_step.c \
	services/config/ring_change_state.c \
	services/proto/ring_wire.c

# Replication: pure, and linked by its tests as it is.
config-replica := services/config/replica.c services/config/replica_client.c \
	services/config/replica_explain.c services/config/replica_fetch.c \
	services/config/replica_propose.c services/config/replica_store.c \
	services/config/replica_view.c services/config/confirm.c services/config/delta.c \
	services/proto/config_wire.c

programs += trireme-config
trireme-config-src = services/config/config_main.c services/config/load_io.c \
	services/config/first_io.c services/config/import_io.c services/config/incoming_io.c \
	services/config/import_bundle.c services/proto/bundle.c \
	services/config/core_io.c services/config/publish_io.c \
	services/config/server_io.c services/config/server_confirm_io.c \
	services/config/server_ring_io.c services/config/ring_keep_io.c \
	services/config/ring_io.c services/config/cfg_io.c services/config/cmap_io.c $(config-ring) \
	services/config/cluster_io.c services/config/cluster_act_io.c services/config/ipc_io.c services/config/session.c \
	services/config/request.c services/config/request_io.c \
	services/config/request_show_io.c services/config/request_change_io.c \
	services/config/request_commit_io.c services/config/request_export_io.c \
	services/config/secret_io.c \
	services/config/tree_io.c services/config/identity.c services/config/summary.c \
	services/schema/machine_io.c services/base/cpg_queue_io.c services/base/ipc_server_io.c \
	services/base/privilege_io.c services/base/parse.c services/base/clock_io.c \
	services/base/log_io.c services/base/file_io.c services/base/crypt_io.c $(libsrc-corosync) $(libsrc-ring) \
	$(config-replica) $(libsrc-store) $(libsrc-upgrade) $(libsrc-document) $(libsrc-schema)
trireme-config-pkg = $(libpkg-schema) $(libpkg-store) $(libpkg-document) $(libpkg-corosync) libcfg libcmap gnutls libcrypt

# Releases before and after this one, for tests of clusters that run two at a time: they differ in the
# level that they speak, and their models (test_versions.py makes them) by a revision.
config-levels := services/config/server_io.c $(config-replica)
config-rest = $(filter-out $(config-levels),$(trireme-config-src))

test-programs += trireme-config-before
trireme-config-before-src = services/config/tests/upgrade_before.c \
	$(filter-out %/upgrade_steps.c,$(config-rest))
trireme-config-before-own := $(config-levels)
trireme-config-before-cflags := -DCONFIG_WIRE_LEVEL=2
trireme-config-before-pkg = $(trireme-config-pkg)

# For tests: one request to the service.
test-programs += ask_config
ask_config-src := services/config/tests/ask_config.c services/proto/config_client_io.c \
	services/base/ipc_io.c services/base/file_io.c
ask_config-pkg := libqb jansson

test-programs += trireme-config-after
trireme-config-after-src = services/config/tests/upgrade_after.c \
	$(filter-out %/upgrade_steps.c,$(config-rest))
trireme-config-after-own := $(config-levels)
trireme-config-after-cflags := -DCONFIG_WIRE_LEVEL=4
trireme-config-after-pkg = $(trireme-config-pkg)

tests += test_config_corosync
test_config_corosync-src = services/config/tests/test_corosync_conf.c \
	services/base/parse.c services/base/text.c services/base/file_io.c $(libsrc-ring) \
	$(libsrc-schema)
test_config_corosync-pkg = cmocka $(libpkg-schema)

tests += test_config_ring
test_config_ring-src := services/config/tests/test_ring.c services/proto/ring_wire.c \
	services/schema/config.c services/base/parse.c services/base/text.c $(libsrc-ring)
test_config_ring-pkg := cmocka

tests += test_config_ring_change
test_config_ring_change-src := services/config/tests/test_ring_change.c \
	services/config/tests/ring_sim.c $(config-ring) services/schema/config.c services/base/parse.c \
	services/base/text.c services/base/file_io.c $(libsrc-ring)
test_config_ring_change-pkg := cmocka

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

# The replication of revisions and the confirm timer. The pure part is linked by its tests as it is.
replica-pure := services/config/replica.c services/config/replica_view.c \
	services/config/replica_fetch.c services/config/replica_propose.c \
	services/config/replica_client.c services/config/replica_store.c \
	services/config/replica_explain.c services/config/confirm.c services/config/delta.c \
	services/proto/config_wire.c services/base/text.c

replica-sim := services/config/tests/replica_sim.c services/config/tests/replica_sim_ring.c \
	services/config/tests/replica_sim_node.c

tests += test_config_replica_simulation
test_config_replica_simulation-src := services/config/tests/test_replica_simulation.c \
	$(replica-sim) $(replica-pure)
test_config_replica_simulation-pkg := cmocka

# The same simulation with a replication that is broken on purpose.
tests += test_config_broken_ack_early
test_config_broken_ack_early-src := services/config/tests/test_replica_broken.c $(replica-sim) \
	services/config/tests/broken_replica_ack_early.c \
	$(filter-out %/replica_propose.c,$(replica-pure))
test_config_broken_ack_early-pkg := cmocka

tests += test_config_broken_own_delivery
test_config_broken_own_delivery-src := services/config/tests/test_replica_broken.c \
	$(replica-sim) services/config/tests/broken_replica_own_delivery.c \
	$(filter-out %/replica_propose.c,$(replica-pure))
test_config_broken_own_delivery-pkg := cmocka

tests += test_config_broken_term
test_config_broken_term-src := services/config/tests/test_replica_broken.c $(replica-sim) \
	services/config/tests/broken_replica_term.c \
	$(filter-out %/replica_view.c,$(replica-pure))
test_config_broken_term-pkg := cmocka

tests += test_config_replica_golden
test_config_replica_golden-src := services/config/tests/test_replica_golden.c \
	services/config/tests/replica_script.c services/base/tests/golden.c services/base/file_io.c \
	$(replica-pure)
test_config_replica_golden-pkg := cmocka

tests += test_config_wire
test_config_wire-src := services/config/tests/test_wire.c services/proto/config_wire.c
test_config_wire-pkg := cmocka

tests += test_config_wire_after
test_config_wire_after-own := $(test_config_wire-src)
test_config_wire_after-cflags := -DCONFIG_WIRE_LEVEL=4
test_config_wire_after-pkg := cmocka

tests += test_config_parts
test_config_parts-src := services/config/tests/test_parts.c services/config/confirm.c \
	services/config/delta.c
test_config_parts-pkg := cmocka

fuzzers += fuzz_config_wire
fuzz_config_wire-src := services/config/fuzz_wire.c services/proto/config_wire.c

tests += test_config_session
test_config_session-src := services/config/tests/test_session.c services/config/session.c \
	services/base/parse.c
test_config_session-pkg := cmocka

fuzzers += fuzz_config_replica
fuzz_config_replica-src := services/config/fuzz_replica.c \
	$(filter-out %/confirm.c,$(replica-pure))
