# The helper that runs what follows an alias group: uses base, schema and proto; never another service. Pacemaker's library
# is in the program that runs one resource agent, and ends with it.
programs += trireme-resource
trireme-resource-src = services/resource/resource_main.c services/resource/helper_io.c \
	services/resource/resource.c services/resource/operation.c services/base/errand_io.c \
	$(libsrc-seqpacket) services/base/sandbox_io.c services/base/ipc_server_io.c \
	services/proto/state_words.c $(libsrc-daemon) $(libsrc-base) $(libsrc-schema)
trireme-resource-pkg = libqb libyang libseccomp

programs += trireme-resource-run
trireme-resource-run-src := services/resource/run_main.c services/resource/operation.c \
	services/base/program_io.c services/base/text.c services/base/clock_io.c
trireme-resource-run-pkg := pacemaker-service glib-2.0

tests += test_resource
test_resource-src := services/resource/tests/test_resource.c services/resource/resource.c \
	services/resource/operation.c
test_resource-pkg := cmocka libqb
