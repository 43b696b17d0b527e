# The failover agent. The pure part is linked by its tests as it is.
agent-pure := services/agent/decide.c services/agent/view.c services/agent/agree.c \
	services/agent/group.c services/agent/heartbeat.c services/agent/health.c services/agent/transition.c services/agent/choose.c services/agent/lease.c services/agent/explain.c \
	services/agent/explain_time.c services/agent/status.c \
	services/agent/prefer.c services/agent/preempt.c services/agent/conflict.c services/agent/device.c services/agent/force.c \
	services/agent/fence.c services/agent/probe.c \
	services/agent/arp.c services/agent/announce.c services/agent/ports.c services/agent/engine.c services/agent/settings.c \
	services/proto/agent_wire.c services/proto/state_words.c services/base/text.c services/base/histogram.c

bpf += agent/bpf/gate
agent-gate := services/agent/gate_io.c services/base/bpf_io.c services/agent/vote_io.c services/base/netlink_io.c

programs += trireme-agent
trireme-agent-src = $(agent-pure) services/agent/agent_main.c services/agent/event_io.c \
	services/agent/request_io.c services/agent/act_io.c \
	services/agent/outbox_io.c services/agent/address_io.c services/agent/link_io.c \
	services/agent/announce_io.c services/agent/probe_io.c services/agent/frame_io.c \
	services/agent/ipc_io.c services/agent/health_io.c services/agent/reach.c services/agent/reach_io.c services/base/turn_io.c $(libsrc-poke) services/agent/fence_io.c \
	services/agent/resource_io.c $(libsrc-seqpacket) $(agent-gate) \
	services/agent/record_io.c services/proto/agent_record.c services/base/ipc_server_io.c \
	$(libsrc-corosync) $(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-agent-pkg = libqb $(libpkg-corosync) libmnl libyang libbpf

# The whole agent, with what its path must not do counted.
test-programs += test_agent_counted
test_agent_counted-src = $(trireme-agent-src) services/agent/tests/counted.c
test_agent_counted-pkg = $(trireme-agent-pkg)
test_agent_counted-lib := -rdynamic

programs += trireme-watchdog
trireme-watchdog-src = services/agent/watchdog_main.c services/agent/watchdog.c hw/watchdog_io.c \
	services/base/turn_io.c services/agent/report_io.c services/proto/watchdog_report.c \
	$(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-watchdog-pkg = libqb libyang

tests += test_agent_watchdog
test_agent_watchdog-src := services/agent/tests/test_watchdog.c services/agent/watchdog.c \
	services/base/turn_io.c services/proto/watchdog_report.c services/base/text.c
test_agent_watchdog-pkg := cmocka

programs += trireme-gate
trireme-gate-src = services/agent/gate_main.c $(agent-gate) services/agent/ports.c services/proto/agent_wire.c \
	$(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-gate-pkg = libqb libyang libmnl libbpf

agent-sim := services/agent/tests/sim.c services/agent/tests/sim_ring.c \
	services/agent/tests/sim_agent.c services/agent/tests/sim_faults.c services/agent/tests/sim_schedule.c \
	services/agent/tests/sim_gate.c services/agent/tests/sim_probe.c

tests += test_agent_simulation
test_agent_simulation-src := services/agent/tests/test_simulation.c $(agent-sim) $(agent-pure)
test_agent_simulation-pkg := cmocka

# The same simulation with a decision, or a gate, that is broken on purpose: NAME-instead is left out for broken_NAME.c.
agent-broken := self_return epochs guard gate lease probe fence fence_failed
self_return-instead := services/agent/heartbeat.c
epochs-instead := services/agent/decide.c
guard-instead := services/agent/lease.c
gate-instead := services/agent/tests/sim_gate.c
probe-instead := services/agent/tests/sim_probe.c
lease-instead := services/agent/group.c
fence-instead := services/agent/fence.c
fence_failed-instead := services/agent/fence.c
define broken-rule
tests += test_agent_broken_$(1)
test_agent_broken_$(1)-src := services/agent/tests/test_broken.c services/agent/tests/broken_$(1).c \
	$(filter-out $($(1)-instead),$(agent-sim) $(agent-pure))
test_agent_broken_$(1)-pkg := cmocka
endef
$(foreach n,$(agent-broken),$(eval $(call broken-rule,$(n))))

tests += test_agent_golden
test_agent_golden-src := services/agent/tests/test_golden.c services/agent/tests/script.c \
	services/agent/tests/script_print.c services/base/tests/golden.c \
	services/base/file_io.c services/base/parse.c $(agent-pure)
test_agent_golden-pkg := cmocka

tests += test_agent_wire
test_agent_wire-src := services/agent/tests/test_wire.c services/proto/agent_wire.c
test_agent_wire-pkg := cmocka

tests += test_agent_parts
test_agent_parts-src := services/agent/tests/test_parts.c services/base/parse.c $(agent-pure)
test_agent_parts-pkg := cmocka

tests += test_agent_address
test_agent_address-src := services/agent/tests/test_address.c services/agent/address_io.c \
	services/agent/ports.c
test_agent_address-pkg := cmocka libmnl

agent-gate-test := services/agent/tests/gate_fixture.c services/agent/tests/gate_frames.c $(agent-gate) \
	services/agent/ports.c services/base/clock_io.c services/schema/config.c \
	services/proto/agent_wire.c services/base/parse.c

tests += test_agent_gate
test_agent_gate-src := services/agent/tests/test_gate.c $(agent-gate-test)
test_agent_gate-pkg := cmocka libbpf libmnl libqb

tests += test_agent_gate_ports
test_agent_gate_ports-src := services/agent/tests/test_gate_ports.c $(agent-gate-test)
test_agent_gate_ports-pkg := cmocka libbpf libmnl libqb

tests += test_agent_probe
test_agent_probe-src := services/agent/tests/test_probe.c services/agent/probe.c services/agent/announce.c \
	services/agent/arp.c services/agent/probe_io.c services/agent/frame_io.c $(agent-gate-test)
test_agent_probe-pkg := cmocka libbpf libmnl libqb

tests += test_agent_reach
test_agent_reach-src := services/agent/tests/test_reach.c services/agent/reach.c services/agent/reach_io.c \
	services/agent/arp.c services/agent/frame_io.c $(agent-gate-test)
test_agent_reach-pkg := cmocka libbpf libmnl libqb

tests += test_agent_record
test_agent_record-src := services/agent/tests/test_record.c services/agent/record_io.c \
	services/proto/agent_record.c services/base/clock_io.c
test_agent_record-pkg := cmocka libqb

fuzzers += fuzz_agent_wire fuzz_agent_decide fuzz_agent_record
fuzz_agent_record-src := services/agent/fuzz_record.c services/proto/agent_record.c
fuzz_agent_wire-src := services/agent/fuzz_wire.c services/proto/agent_wire.c
fuzz_agent_decide-src := services/agent/fuzz_decide.c $(filter-out \
	services/agent/settings.c services/agent/ports.c services/agent/engine.c services/agent/explain.c services/agent/explain_time.c \
	services/agent/status.c,$(agent-pure))
