# trireme-health: uses base, schema, proto; never another service.
health-pure := services/health/check.c services/health/targets.c services/health/report.c \
	services/health/probe.c services/health/source.c

programs += trireme-health
trireme-health-src = services/health/health_main.c services/health/checker_io.c \
	services/health/connect_io.c services/health/exchange_io.c services/health/engine_io.c \
	services/health/ipc_io.c services/base/ipc_io.c services/base/ipc_server_io.c $(libsrc-daemon) \
	$(health-pure) $(libsrc-base) $(libsrc-schema)
trireme-health-pkg = libqb $(libpkg-schema)

tests += test_health_check
test_health_check-src := services/health/tests/test_check.c services/health/check.c
test_health_check-pkg := cmocka

tests += test_health_targets
test_health_targets-src := services/health/tests/test_targets.c services/health/targets.c \
	services/health/report.c services/health/source.c services/health/check.c \
	services/base/parse.c services/base/text.c services/schema/config.c
test_health_targets-pkg := cmocka

tests += test_health_probe
test_health_probe-src := services/health/tests/test_probe.c services/health/probe.c
test_health_probe-pkg := cmocka

fuzzers += fuzz_health_probe
fuzz_health_probe-src := services/health/fuzz_probe.c services/health/probe.c
