# The helper that powers nodes off: uses base and proto; never another service. Pacemaker's library is in the program
# that runs one fence agent, and ends with it.
programs += trireme-fence
trireme-fence-src := services/fence/fence_main.c services/fence/server_io.c services/fence/request.c \
	services/base/errand_io.c $(libsrc-seqpacket) services/base/text.c \
	services/base/privilege_io.c services/base/sandbox_io.c services/base/log_io.c services/base/parse.c
trireme-fence-pkg := libqb libseccomp

programs += trireme-fence-run
trireme-fence-run-src := services/fence/run_main.c services/fence/request.c services/base/clock_io.c \
	services/base/program_io.c services/base/text.c
trireme-fence-run-pkg := pacemaker-service glib-2.0

tests += test_fence_request
test_fence_request-src := services/fence/tests/test_request.c services/fence/request.c services/base/text.c
test_fence_request-pkg := cmocka
