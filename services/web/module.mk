# trireme-web: uses base, schema, proto; never another service.
web-pure := services/web/message.c services/web/restconf.c services/web/restconf_path.c \
	services/web/restconf_query.c services/web/restconf_filter.c services/web/restconf_header.c \
	services/web/restconf_error.c services/web/restconf_patch.c services/web/restconf_read.c \
	services/web/restconf_write.c services/web/restconf_operation.c \
	services/web/restconf_metrics.c services/web/exchange.c \
	services/web/model.c services/web/discovery.c services/web/metrics.c services/web/event.c \
	services/web/files.c services/base/parse.c services/base/text.c services/base/buffer.c
web-pure-pkg := jansson nettle

programs += trireme-web
trireme-web-src = $(sort services/web/web_main.c services/web/server_io.c services/web/visit_io.c \
	services/web/reply_io.c services/web/connections_io.c services/web/events_io.c \
	services/web/work_io.c services/web/broker_io.c services/web/listen_io.c \
	services/web/certificate_io.c services/web/sandbox_io.c services/base/sandbox_io.c \
	services/web/model_io.c services/web/files_io.c services/web/settings.c services/web/limits.c \
	services/proto/api_frame.c $(web-pure) $(libsrc-daemon) $(libsrc-base) $(libsrc-schema))
trireme-web-pkg = libmicrohttpd gnutls libseccomp libqb $(web-pure-pkg) $(libpkg-schema)
trireme-web-lib := -pthread

web-fixture := services/web/tests/fixture.c $(web-pure)

tests += test_web_exchange
test_web_exchange-src := $(sort services/web/tests/test_exchange.c services/base/tests/golden.c services/base/file_io.c $(web-fixture))
test_web_exchange-pkg := cmocka $(web-pure-pkg)

tests += test_web_parts
test_web_parts-src := $(sort services/web/tests/test_parts.c services/web/limits.c \
	services/web/settings.c services/schema/config.c $(web-fixture))
test_web_parts-pkg := cmocka $(web-pure-pkg)

tests += test_web_certificate
test_web_certificate-src := services/web/tests/test_certificate.c services/web/certificate_io.c \
	services/base/file_io.c services/base/text.c
test_web_certificate-pkg := cmocka gnutls

tests += test_web_sandbox
test_web_sandbox-src := services/web/tests/test_sandbox.c services/web/sandbox_io.c \
	services/base/sandbox_io.c services/base/privilege_io.c
test_web_sandbox-pkg := cmocka libseccomp
test_web_sandbox-lib := -pthread

fuzzers += fuzz_web_request
fuzz_web_request-src := $(sort services/web/fuzz_request.c $(web-fixture))
fuzz_web_request-pkg := $(web-pure-pkg)

fuzzers += fuzz_web_filter
fuzz_web_filter-src := $(sort services/web/fuzz_filter.c $(web-fixture))
fuzz_web_filter-pkg := $(web-pure-pkg)
