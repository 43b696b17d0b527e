// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/node_io.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"

static int read_name(const char *config_path, char name[CONFIG_NAME_MAX])
{
	const char *slash = strrchr(config_path, '/');
	int length = slash ? (int)(slash - config_path) + 1 : 0, r;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%.*s" NODE_FILE, length, config_path) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	r = file_read(path, CONFIG_NAME_MAX, &text, NULL);
	if (r < 0)
		return r;
	text[strcspn(text, " \t\n")] = '\0';
	return copy_text(name, CONFIG_NAME_MAX, text);
}

int node_find(const struct config *config, const char *config_path, const char *option,
	      char ret_name[CONFIG_NAME_MAX], const struct config_node **ret_node)
{
	const struct config_node *node;
	int r;

	ret_name[0] = '\0';
	if (option) {
		r = copy_text(ret_name, CONFIG_NAME_MAX, option);
	} else {
		r = read_name(config_path, ret_name);
		if (r == -ENOENT)
			r = copy_text(ret_name, CONFIG_NAME_MAX, config->this_node);
	}
	if (r < 0)
		return r;
	node = config_node_by_name(config, ret_name);
	if (!node)
		return -ENOENT;
	*ret_node = node;
	return 0;
}
