# The failover agent. The pure part is linked by its tests as it is.
agent-pure := services/agent/decide.c services/agent/group.c services/agent/view.c \
	services/agent/choose.c services/agent/lease.c services/agent/explain.c \
	services/agent/announce.c services/agent/ports.c services/agent/settings.c \
	services/proto/agent_wire.c

programs += trireme-agent
trireme-agent-src = $(agent-pure) services/agent/agent_main.c services/agent/cpg_io.c \
	services/agent/quorum_io.c services/agent/address_io.c services/agent/link_io.c \
	services/agent/announce_io.c services/agent/ipc_io.c services/agent/lease_io.c \
	$(libsrc-base) $(libsrc-schema)
trireme-agent-pkg := libqb libcpg libvotequorum libmnl libyang
