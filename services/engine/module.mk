# trireme-engine: uses base, schema, proto; never another service.
engine-pure := services/engine/ipvs_table.c services/engine/plan.c services/engine/change_text.c \
	services/engine/health_state.c services/engine/wanted.c services/engine/ipvs_msg.c \
	services/engine/marks.c services/engine/ruleset.c services/engine/ruleset_scene.c services/engine/ruleset_collect.c \
	services/engine/ruleset_sets.c services/engine/ruleset_match.c \
	services/engine/ruleset_diff.c services/engine/status.c services/engine/claims.c \
	services/engine/steer.c services/engine/steer_shared.c services/engine/ipvs_sync.c

programs += trireme-engine
trireme-engine-src = $(sort services/engine/engine_main.c services/engine/engine_io.c services/engine/engine_steer_io.c \
	services/engine/engine_ipvs_sync_io.c \
	services/engine/ipc_io.c services/base/ipc_server_io.c services/engine/ipvs_io.c services/engine/nft_io.c \
	services/engine/sysctl_io.c services/base/netlink_io.c services/base/turn_io.c $(libsrc-daemon) \
	services/engine/engine_forwarding_io.c services/engine/forwarding_io.c $(engine-forward-io) \
	$(engine-attach) $(engine-attach-io) $(engine-nexthop) $(engine-nexthop-io) \
	$(engine-pure) $(engine-forward) $(engine-flows) $(engine-sync) $(engine-sync-io) \
	$(libsrc-base) $(libsrc-schema))
trireme-engine-pkg = libqb libmnl libnftables libbpf gnutls $(libpkg-schema)

# The conformance suite (tests/conform): its cases on the data path, and, in a guest, on IPVS.
engine-conform := $(addprefix services/engine/tests/conform/,case.c case_steps.c case_words.c case_frame.c \
	world.c packet.c packet_text.c check.c run.c setup.c net_io.c) services/engine/wanted.c services/engine/marks.c \
	services/engine/health_state.c services/engine/ipvs_table.c services/schema/config.c services/base/parse.c \
	services/base/text.c services/base/file_io.c
engine-conform-tables = services/engine/tests/conform/tables_path.c $(engine-forward) services/engine/flows.c

tests += test_engine_conform
test_engine_conform-src = services/engine/tests/test_conform.c services/engine/tests/conform/suite.c \
	$(engine-conform) $(engine-conform-tables)
test_engine_conform-pkg := cmocka libbpf

tests += test_engine_conform_host
test_engine_conform_host-src = services/engine/tests/test_conform_host.c services/engine/tests/conform/host.c \
	services/engine/tests/conform/suite.c services/engine/full_nat.c $(engine-conform) $(engine-conform-tables)
test_engine_conform_host-own := services/engine/tests/conform/host_program.c
# In the kernel words may lie anywhere.
test_engine_conform_host-cflags := -fno-sanitize=alignment
test_engine_conform_host-pkg := cmocka

tests += test_engine_checksum
test_engine_checksum-src := services/engine/tests/test_checksum.c
test_engine_checksum-pkg := cmocka

tests += test_engine_conform_words
test_engine_conform_words-src := services/engine/tests/test_conform_words.c $(addprefix services/engine/tests/conform/,\
	case.c case_steps.c case_words.c case_frame.c world.c packet.c packet_text.c check.c) \
	services/base/parse.c services/base/text.c
test_engine_conform_words-pkg := cmocka

fuzzers += fuzz_engine_forward
fuzz_engine_forward-src = services/engine/tests/fuzz_forward.c services/engine/tests/conform/host.c \
	services/engine/tests/conform/host_program.c $(engine-conform) $(engine-conform-tables)
fuzz_engine_forward-cflags := -fno-sanitize=alignment

test-programs += conform-ipvs
conform-ipvs-src := services/engine/tests/conform/ipvs_main.c $(engine-conform) services/engine/plan.c \
	services/engine/ipvs_io.c services/engine/ipvs_msg.c services/engine/sysctl_io.c services/base/sysctl_io.c \
	services/base/netlink_io.c
conform-ipvs-pkg := libmnl

# The data path; and what ci/bench/forward runs, on the host and in a guest.
bpf += engine/bpf/forward engine/bench/load engine/tests/pass
test-programs += bench-forward
bench-forward-src = services/engine/bench/bench_main.c services/engine/bench/bench_io.c \
	services/engine/bench/bench_measure.c services/engine/bench/bench_ours.c \
	services/engine/bench/bench_distance.c \
	services/engine/bench/bench_testrun.c $(engine-forward-io) services/engine/forward_ends.c \
	services/engine/forward_picks.c services/base/clock_io.c
bench-forward-pkg := libbpf libqb

tests += test_engine_plan
test_engine_plan-src := services/engine/tests/test_plan.c services/engine/tests/plan_case.c \
	services/engine/ipvs_table.c services/engine/plan.c services/engine/change_text.c \
	services/engine/health_state.c services/engine/wanted.c services/engine/marks.c \
	services/base/parse.c services/base/file_io.c
test_engine_plan-pkg := cmocka

tests += test_engine_health_state
test_engine_health_state-src := services/engine/tests/test_health_state.c \
	services/engine/health_state.c services/base/parse.c
test_engine_health_state-pkg := cmocka

tests += test_engine_ipvs_msg
test_engine_ipvs_msg-src := services/engine/tests/test_ipvs_msg.c services/engine/ipvs_msg.c \
	services/engine/ipvs_table.c services/engine/ipvs_sync.c services/proto/agent_wire.c \
	services/schema/config.c services/base/parse.c
test_engine_ipvs_msg-pkg := cmocka libmnl

tests += test_engine_ruleset
test_engine_ruleset-src = services/engine/tests/test_ruleset.c services/engine/ruleset.c services/engine/ruleset_scene.c \
	services/engine/ruleset_collect.c services/engine/ruleset_sets.c \
	services/engine/ruleset_match.c services/engine/ruleset_diff.c services/engine/marks.c \
	services/engine/wanted.c services/engine/claims.c services/engine/ipvs_table.c services/engine/health_state.c \
	services/base/parse.c \
	services/base/file_io.c services/base/text.c $(libsrc-schema)
test_engine_ruleset-pkg = cmocka $(libpkg-schema)

tests += test_engine_status
test_engine_status-src := services/engine/tests/test_status.c services/engine/status.c services/base/text.c \
	services/engine/wanted.c services/engine/ipvs_table.c services/engine/health_state.c \
	services/schema/config.c services/base/parse.c
test_engine_status-pkg := cmocka

tests += test_engine_steer
test_engine_steer-src := services/engine/tests/test_steer.c services/engine/tests/steer_case.c services/engine/steer.c \
	services/engine/steer_shared.c services/engine/forward_lease.c services/proto/agent_wire.c services/engine/claims.c services/engine/wanted.c \
	services/engine/ipvs_table.c services/engine/health_state.c services/schema/config.c \
	services/schema/datapath.c services/base/text.c services/base/parse.c services/base/file_io.c
test_engine_steer-pkg := cmocka

tests += test_engine_ipvs_sync
test_engine_ipvs_sync-src := services/engine/tests/test_ipvs_sync.c services/engine/ipvs_sync.c \
	services/proto/agent_wire.c services/schema/config.c services/base/parse.c
test_engine_ipvs_sync-pkg := cmocka

fuzzers += fuzz_engine_ipvs_msg
fuzz_engine_ipvs_msg-src := services/engine/tests/fuzz_ipvs_msg.c services/engine/ipvs_msg.c
fuzz_engine_ipvs_msg-pkg := libmnl

tests += test_engine_marks
test_engine_marks-src := services/engine/tests/test_marks.c services/engine/marks.c
test_engine_marks-pkg := cmocka

# How packets get to the data path, and from it to the next machine.
engine-attach := services/engine/attach.c services/engine/links.c hw/nic_table.c
engine-attach-io := services/engine/attach_io.c services/engine/attach_ports_io.c services/engine/offload_io.c \
	services/engine/links_io.c services/base/netlink_io.c

tests += test_engine_attach
test_engine_attach-src := services/engine/tests/test_attach.c services/engine/attach.c hw/nic_table.c \
	services/base/text.c services/base/parse.c services/base/file_io.c
test_engine_attach-pkg := cmocka

tests += test_engine_attach_io
test_engine_attach_io-src := services/engine/tests/test_attach_io.c $(engine-attach) $(engine-attach-io) \
	services/base/text.c services/base/parse.c services/base/file_io.c
test_engine_attach_io-pkg := cmocka libbpf libmnl libqb
test_engine_attach_io-lib := -Wl,--wrap=bpf_map_delete_elem

# The data path's flows: single ones, their ageing, what is counted.
engine-flows := services/engine/flows.c services/engine/full_nat.c services/engine/ageing.c \
	services/engine/sweep.c services/engine/statistics.c

tests += test_engine_statistics
test_engine_statistics-src = $(sort services/engine/tests/test_statistics.c services/engine/tests/tables.c \
	$(engine-flows) $(engine-forward) services/engine/wanted.c services/engine/ipvs_table.c \
	services/engine/health_state.c services/schema/config.c services/base/parse.c services/base/text.c)
test_engine_statistics-pkg := cmocka

tests += test_engine_flows
test_engine_flows-src := services/engine/tests/test_flows.c services/engine/tests/tables.c \
	services/engine/flows.c
test_engine_flows-pkg := cmocka
test_engine_flows-lib := -pthread

tests += test_engine_full_nat
test_engine_full_nat-src := services/engine/tests/test_full_nat.c services/engine/tests/tables.c \
	services/engine/full_nat.c services/engine/full_nat_source.c services/engine/forward_lease.c \
	services/engine/flows.c services/proto/agent_wire.c services/schema/config.c services/base/parse.c
test_engine_full_nat-pkg := cmocka

# The data path's tables: numbers, picks, ends, and all of them from what should be.
engine-forward := services/engine/forward_place.c services/engine/forward_picks.c services/engine/forward_ends.c \
	services/engine/forward_write.c services/engine/forward_apply.c services/engine/forward_present.c \
	services/engine/forward_lease.c services/engine/full_nat_source.c \
	services/proto/agent_wire.c
# The maps and programs in the kernel.
engine-forward-io := services/engine/forward_io.c services/engine/forward_maps_io.c services/engine/forward_size.c \
	services/base/bpf_io.c

tests += test_engine_forward_place
test_engine_forward_place-src := services/engine/tests/test_forward_place.c services/engine/tests/tables.c \
	services/engine/forward_place.c
test_engine_forward_place-pkg := cmocka

tests += test_engine_forward_picks
test_engine_forward_picks-src := services/engine/tests/test_forward_picks.c services/engine/forward_picks.c
test_engine_forward_picks-pkg := cmocka

tests += test_engine_forward_ends
test_engine_forward_ends-src := services/engine/tests/test_forward_ends.c services/engine/tests/tables.c \
	services/engine/forward_ends.c
test_engine_forward_ends-pkg := cmocka

tests += test_engine_forward_size
test_engine_forward_size-src := services/engine/tests/test_forward_size.c services/engine/forward_size.c
test_engine_forward_size-pkg := cmocka

tests += test_engine_forward_io
test_engine_forward_io-src := services/engine/tests/test_forward_io.c $(engine-forward-io)
test_engine_forward_io-pkg := cmocka libbpf libqb

engine-apply-world := services/engine/tests/apply_world.c services/engine/tests/tables.c \
	$(engine-forward) services/engine/wanted.c services/engine/ipvs_table.c services/engine/health_state.c \
	services/schema/config.c services/base/parse.c
tests += test_engine_forward_apply
test_engine_forward_apply-src := services/engine/tests/test_forward_apply.c $(engine-apply-world)
test_engine_forward_apply-pkg := cmocka

tests += test_engine_forward_sequence
test_engine_forward_sequence-src := services/engine/tests/test_forward_sequence.c $(engine-apply-world)
test_engine_forward_sequence-pkg := cmocka

tests += test_engine_sweep
test_engine_sweep-src := services/engine/tests/test_sweep.c services/engine/tests/tables.c \
	services/engine/sweep.c services/engine/ageing.c services/engine/flows.c services/engine/full_nat.c
test_engine_sweep-pkg := cmocka
test_engine_sweep-lib := -pthread

# Connections on their way to the other routers.
engine-sync := services/engine/sync.c services/engine/sync_send.c services/engine/sync_receive.c \
	services/engine/sync_record.c services/engine/sync_wire.c

tests += test_engine_sync_world
test_engine_sync_world-src := services/engine/tests/test_sync_world.c services/engine/tests/sync_world.c \
	services/engine/tests/tables.c $(engine-sync) services/engine/flows.c services/engine/full_nat.c services/engine/forward_place.c
test_engine_sync_world-pkg := cmocka

fuzzers += fuzz_engine_sync_wire
fuzz_engine_sync_wire-src := services/engine/tests/fuzz_sync_wire.c services/engine/sync_wire.c

tests += test_engine_sync
test_engine_sync-src := services/engine/tests/test_sync.c services/engine/tests/sync_world.c \
	services/engine/tests/tables.c $(engine-sync) services/engine/flows.c services/engine/full_nat.c services/engine/forward_place.c
test_engine_sync-pkg := cmocka

tests += test_engine_sync_wire
test_engine_sync_wire-src := services/engine/tests/test_sync_wire.c services/engine/sync_wire.c
test_engine_sync_wire-pkg := cmocka
engine-sync-io := services/engine/sync_io.c services/engine/sync_crypt_io.c services/engine/sync_status_io.c \
	$(libsrc-poke)

tests += test_engine_sync_crypt
test_engine_sync_crypt-src := services/engine/tests/test_sync_crypt.c services/engine/sync_crypt_io.c
test_engine_sync_crypt-pkg := cmocka gnutls

tests += test_engine_sync_io
test_engine_sync_io-src := services/engine/tests/test_sync_io.c services/engine/tests/sync_world.c \
	services/engine/tests/tables.c $(engine-sync) $(engine-sync-io) services/engine/flows.c services/engine/full_nat.c \
	services/engine/forward_place.c services/base/clock_io.c services/base/file_io.c services/schema/config.c \
	services/base/parse.c
test_engine_sync_io-pkg := cmocka gnutls libqb

engine-nexthop := services/engine/nexthop.c services/engine/neighbours.c services/engine/route_msg.c \
	services/engine/insides.c services/engine/networks.c services/engine/clients.c services/engine/links.c
engine-nexthop-io := services/engine/nexthop_io.c services/engine/route_io.c

tests += test_engine_nexthop
test_engine_nexthop-src := services/engine/tests/test_nexthop.c $(engine-nexthop)
test_engine_nexthop-pkg := cmocka libmnl

fuzzers += fuzz_engine_route_msg
fuzz_engine_route_msg-src := services/engine/tests/fuzz_route_msg.c services/engine/links.c \
	services/engine/neighbours.c services/engine/route_msg.c
fuzz_engine_route_msg-pkg := libmnl

tests += test_engine_nexthop_io
test_engine_nexthop_io-src := services/engine/tests/test_nexthop_io.c $(engine-nexthop) $(engine-nexthop-io) \
	services/engine/links_io.c services/base/netlink_io.c services/base/clock_io.c
test_engine_nexthop_io-pkg := cmocka libmnl libqb

programs += trireme-attach
trireme-attach-src = $(sort services/engine/attach_main.c $(engine-attach) $(engine-attach-io) $(engine-forward-io) \
	$(libsrc-daemon) $(libsrc-base) $(libsrc-schema))
trireme-attach-pkg = libqb libmnl libbpf $(libpkg-schema)
