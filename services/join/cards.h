/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which network card is which port of a node, in a document as JSON (RFC 7951). A port, or a member
 * of a bond, that has `mac` or `pci-path` is bound. Pure.
 *
 * The cards of a machine take the places of a node in order: both sorted by name, as eth0, eth1a,
 * eth1b, eth2, eth10. What is not bound takes its place too, and stays unbound. VLANs and bonds
 * themselves have no card.
 */
#ifndef TRIREME_JOIN_CARDS_H
#define TRIREME_JOIN_CARDS_H

#include <jansson.h>

#include "base/text.h"
#include "join/protocol.h"

#define CARDS_PROBLEM_MAX 256

/*
 * The edits (as the config service takes them) by which the machine's cards replace the node's
 * bound ones; an empty array when none is bound. -ENOENT: there is no such node; -ENODEV: it has
 * more places than the machine has cards; -ENOMEM. problem (CARDS_PROBLEM_MAX) says so.
 */
int cards_edits(const json_t *document, const char *node, const struct join_cards *cards,
		json_t **ret_edits, char *problem);

/*
 * Takes the bindings of every node out. A bond's member, which the model wants bound, gets an
 * address that no card has (CARDS_MARK). -ENOMEM.
 */
int cards_strip(json_t *document);

/* First three bytes of such an address: locally administered. */
#define CARDS_MARK "02:74:72:"

/*
 * Appends a line for each marked place of the node: its mark, a blank, the address of the machine's
 * card that takes the place (proto/bundle.h, BUNDLE_CARDS); lines that are there already are not
 * appended again. As cards_edits(), and -ENOSPC: they do not fit.
 */
int cards_name_marked(const json_t *document, const char *node, const struct join_cards *cards,
		      struct text *lines, char *problem);

#endif
