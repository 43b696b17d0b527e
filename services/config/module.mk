programs += trireme-config
trireme-config-src = services/config/config_main.c services/config/load_io.c \
	services/config/tree_io.c services/config/corosync_conf.c services/config/identity.c \
	services/config/summary.c services/base/parse.c services/base/text.c \
	services/base/file_io.c $(libsrc-schema)
trireme-config-pkg := libyang
