"""Frames that a lab's switch loses, silently: every carrier stays. Each change is one transaction of the switch's
nftables, so that both networks fail at the same instant."""

TABLE = "add table netdev faults"
SETS = ("add set netdev faults dead { type ifname; }", "add set netdev faults lost { type ifname . ether_addr; }")
CHAINS = ('add chain netdev faults from-{port} {{ type filter hook ingress device "{port}" priority 0; }}',
          'add chain netdev faults to-{port} {{ type filter hook egress device "{port}" priority 0; }}',
          "add rule netdev faults from-{port} iifname @dead drop",
          "add rule netdev faults to-{port} oifname @dead drop",
          "add rule netdev faults to-{port} oifname . ether saddr @lost drop")
NUMBERS = (0, 1)  # of a node's cables: NODE-0 is eth0's at the switch


class Faults:
    """The faults of one switch."""

    def __init__(self, lab, switch):
        self.lab, self.switch, self._macs = lab, switch, {}
        self._nft(TABLE, *SETS)

    def _nft(self, *commands):
        self.lab.run(self.switch, "nft", "\n".join(commands))

    def add_port(self, port, mac):
        """A port of the switch, and the card behind it."""
        self._macs[port] = mac
        self._nft(*(line.format(port=port) for line in CHAINS))

    def silence(self, name):
        """Nothing comes from the node or goes to it, on either network."""
        self._nft(f"add element netdev faults dead {{ {', '.join(f'{name}-{number}' for number in NUMBERS)} }}")

    def lose(self, sources, targets, numbers=NUMBERS):
        """What the one nodes send to the other ones is lost; everybody else (the prober) hears and reaches them all."""
        pairs = [f"{target}-{number} . {self._macs[f'{source}-{number}']}" for source in sources for target in targets
                 for number in numbers if source != target]
        self._nft(f"add element netdev faults lost {{ {', '.join(pairs)} }}")

    def heal(self):
        """Whatever was lost passes again; a node that is off stays off by its cables."""
        self._nft("flush set netdev faults dead", "flush set netdev faults lost")
