"""What the corosync of each node says of the ring, for clusters of nodes.Nodes."""


def memberships(cluster):
    """How often each corosync has begun to look for a new membership."""
    def gathered(node):
        shown = node.run("corosync-cmapctl", "-m", "stats", "stats.srp.gather_entered")
        return int(shown.rpartition("=")[2])
    return {name: gathered(node) for name, node in cluster.nodes.items()}


def links(node):
    """{(peer, link): connected}, without the node's own."""
    shown = node.run("corosync-cmapctl", "-m", "stats", "stats.knet.")
    found = {}
    for line in shown.splitlines():
        key, _, value = line.partition(" (u8) = ")
        if key.endswith(".connected"):
            peer, link = key.split(".")[2:4]
            if peer != f"node{node.id}":
                found[peer, link] = value == "1"
    return found


def all_connected(cluster):
    """Whether every node has both links to every other one."""
    wanted = 2 * (len(cluster.nodes) - 1)
    return all(len(links(node)) == wanted and all(links(node).values()) for node in cluster.nodes.values())
