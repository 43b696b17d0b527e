# trireme-web: uses base, schema, proto; never another service.
web-pure := services/web/message.c services/web/restconf.c services/web/restconf_path.c \
	services/web/restconf_query.c services/web/restconf_filter.c services/web/restconf_header.c \
	services/web/restconf_error.c services/web/restconf_read.c services/web/restconf_write.c \
	services/web/restconf_operation.c services/web/restconf_metrics.c services/web/exchange.c \
	services/web/model.c services/web/discovery.c services/web/metrics.c services/web/event.c \
	services/web/files.c services/base/parse.c services/base/text.c services/base/buffer.c
web-pure-pkg := jansson nettle

programs += trireme-web
trireme-web-src = $(sort services/web/web_main.c services/web/server_io.c services/web/visit_io.c \
	services/web/reply_io.c services/web/connections_io.c services/web/events_io.c \
	services/web/work_io.c services/web/broker_io.c services/web/listen_io.c \
	services/web/certificate_io.c services/web/sandbox_io.c services/web/model_io.c \
	services/web/files_io.c services/web/settings.c services/web/limits.c \
	services/proto/api_frame.c $(web-pure) $(libsrc-daemon) $(libsrc-base) $(libsrc-schema))
trireme-web-pkg = libmicrohttpd gnutls libseccomp libqb $(web-pure-pkg) $(libpkg-schema)
trireme-web-lib := -pthread
