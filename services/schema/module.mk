# The configuration model and its only reader. Programs that use it need base and libyang.
libsrc-schema := services/schema/schema_io.c services/schema/explain.c services/schema/allowed.c \
	services/schema/error.c services/schema/config_build.c services/schema/config.c \
	services/schema/validate.c services/schema/validate_nodes.c \
	services/schema/validate_aliases.c services/schema/validate_services.c
libpkg-schema := libyang
