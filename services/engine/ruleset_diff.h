/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_RULESET_DIFF_H
#define TRIREME_ENGINE_RULESET_DIFF_H

/*
 * The commands of nft(8) that turn the table listed into the one wanted, both as ruleset_make()
 * writes them: elements that go, elements that come, and chains whose rules differ written anew;
 * what is the same is not named. As one transaction no packet meets anything between the two.
 * -ESTALE: they have not the same sets and chains. -ENOMEM. The caller frees the text.
 */
int ruleset_diff(const char *listed, const char *wanted, char **ret_commands);

#endif
