# Shared by every daemon; uses nothing above.
libsrc-base := services/base/parse.c services/base/clock_io.c services/base/log_io.c \
	services/base/file_io.c services/base/text.c services/base/sysctl_io.c

# Who has changed what, and who has signed in.
libsrc-audit := services/base/audit.c services/base/audit_io.c services/base/buffer.c

# Sockets by a path.
libsrc-poke := services/base/poke_io.c services/base/local_socket_io.c
libsrc-seqpacket := services/base/seqpacket_io.c services/base/local_socket_io.c

# A process group on corosync.
libsrc-corosync := services/base/cpg_io.c services/base/quorum_io.c services/base/corosync_io.c \
	services/base/thread_io.c
libpkg-corosync := libcpg libvotequorum libqb

tests += test_base_parse
test_base_parse-src := services/base/tests/test_parse.c services/base/parse.c
test_base_parse-pkg := cmocka

tests += test_base_histogram
test_base_histogram-src := services/base/tests/test_histogram.c services/base/histogram.c
test_base_histogram-pkg := cmocka

tests += test_base_crypt
test_base_crypt-src := services/base/tests/test_crypt.c services/base/crypt_io.c
test_base_crypt-pkg := cmocka libcrypt

tests += test_base_file
test_base_file-src := services/base/tests/test_file.c services/base/file_io.c
test_base_file-pkg := cmocka

tests += test_base_text
test_base_text-src := services/base/tests/test_text.c services/base/text.c
test_base_text-pkg := cmocka

tests += test_base_privilege
test_base_privilege-src := services/base/tests/test_privilege.c services/base/privilege_io.c
test_base_privilege-pkg := cmocka

tests += test_base_sandbox
test_base_sandbox-src := services/base/tests/test_sandbox.c services/base/sandbox_io.c
test_base_sandbox-pkg := cmocka libseccomp
test_base_sandbox-lib := -pthread

tests += test_base_local_socket
test_base_local_socket-src := services/base/tests/test_local_socket.c $(libsrc-poke) $(libsrc-seqpacket) \
	services/base/parse.c
test_base_local_socket-pkg := cmocka

tests += test_base_netlink
test_base_netlink-src := services/base/tests/test_netlink.c services/base/netlink_io.c
test_base_netlink-pkg := cmocka libmnl

tests += test_base_gnutls_error
test_base_gnutls_error-src := services/base/tests/test_gnutls_error.c
test_base_gnutls_error-pkg := cmocka gnutls

tests += test_base_log
test_base_log-src := services/base/tests/test_log.c services/base/log_io.c
test_base_log-pkg := cmocka libqb

tests += test_base_cpg_queue
test_base_cpg_queue-src := services/base/tests/test_cpg_queue.c services/base/cpg_queue_io.c
test_base_cpg_queue-pkg := cmocka libcpg libqb

test-programs += test_base_corosync
test_base_corosync-src := services/base/tests/test_corosync.c services/base/cpg_queue_io.c \
	services/base/clock_io.c $(libsrc-corosync)
test_base_corosync-pkg = $(libpkg-corosync)
