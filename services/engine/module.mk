# trireme-engine: uses base, schema, proto; never another service.
engine-pure := services/engine/ipvs_table.c services/engine/plan.c services/engine/change_text.c \
	services/engine/health_state.c services/engine/wanted.c services/engine/ipvs_msg.c \
	services/engine/ruleset.c services/engine/ruleset_sets.c \
	services/engine/ruleset_match.c services/engine/status.c

programs += trireme-engine
trireme-engine-src = services/engine/engine_main.c services/engine/engine_io.c \
	services/engine/ipc_io.c services/engine/ipvs_io.c services/engine/nft_io.c \
	services/engine/sysctl_io.c services/base/watch_io.c services/schema/node_io.c \
	$(engine-pure) $(libsrc-base) $(libsrc-schema)
trireme-engine-pkg = libqb libmnl libnftables $(libpkg-schema)
