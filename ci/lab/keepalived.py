"""The same two routers with Debian's keepalived in place of corosync and agent: class Router for nodes.Nodes.

One VRRP instance has all floating addresses, so that they move as one, and tracks both ports; its adverts go over eth0.
`nopreempt` makes it as sticky as the agent is. Priorities differ, as keepalived's manual recommends.
"""
from pathlib import Path

from . import nodes, processes

INSTANCE = """global_defs {{
	router_id {name}
	{more}
}}
vrrp_instance main {{
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority {priority}
	advert_int {interval}
	nopreempt
	track_interface {{
		eth0
		eth1
	}}
	virtual_ipaddress {{
{aliases}
	}}
}}
"""
IN_BACKUP, IN_MASTER = "Entering BACKUP STATE", "Entering MASTER STATE"
DEFAULTS = {"interval": 1, "priority": 100, "more": ""}
# VRRP 3 for intervals below a second; near the highest priority the skew time is next to nothing. Not BFD: a backup
# waits for the adverts it misses, whatever its effective priority; unweighted, the instance comes up only if both are.
TUNED = {"interval": 0.1, "priority": 254, "more": "vrrp_version 3\n\tvrrp_priority -20\n\tvrrp_no_swap"}


class Router(nodes.Node):
    """A router with keepalived's default settings; the witness has nothing to do."""
    settings = DEFAULTS

    def write(self):
        aliases = [f"\t\t{alias['address']}/32 dev {label.partition(':')[0]} label {label}"
                   for label, alias in sorted(self.cluster.aliases.items())]
        path = Path(self.root) / "keepalived.conf"
        path.write_text(INSTANCE.format(name=self.name, aliases="\n".join(aliases), interval=self.settings["interval"],
                                        priority=self.settings["priority"] - self.id + 1, more=self.settings["more"]))
        return path

    def start(self):
        if self.entry.get("role") == "witness":
            return
        # Of a life that ended without a word: keepalived refuses to start beside them.
        for left in self.root.glob("run/**/*.pid"):
            left.unlink()
        self.seen = len(self.log("keepalived"))
        self.spawn("keepalived", "keepalived", "--vrrp", "--dont-fork", "--log-console", "--log-detail", "--use-file",
                   self.write())

    def switch_over(self):
        """Its orderly end: the last advert has priority 0."""
        processes.end(self.daemons["keepalived"])

    def repair(self):
        self.cluster.faults.heal()
        self.cables(True)
        if "keepalived" in self.daemons and self.daemons["keepalived"].poll() is not None:
            self.start()

    def ready(self, owner):
        if "keepalived" not in self.daemons or self.daemons["keepalived"].poll() is not None:
            return True
        states = [line for line in self.log("keepalived")[self.seen:].splitlines() if IN_BACKUP in line or IN_MASTER in line]
        return bool(states) and (IN_MASTER if owner == self.name else IN_BACKUP) in states[-1]


class Tuned(Router):
    """The same with the settings its documentation allows for a quick take-over."""
    settings = TUNED
