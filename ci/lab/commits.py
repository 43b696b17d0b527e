"""What tests of the config service change again and again: the weight of the first real server."""
import re

WEIGHT = "/pool[name='{}']/real-server[name='{}']/weight"


def history(node, count=1000):
    return node.config().history(count)


def comments(node):
    """Of all revisions that the node has, newest first."""
    return [entry["comment"] for entry in history(node)["revisions"]]


def running(node):
    return node.config().document()


def first_server(node):
    """Name of a pool and of its first real server."""
    entry = running(node)["trireme:pool"][0]
    return entry["name"], entry["real-server"][0]["name"]


def weight(node, of):
    for entry in running(node)["trireme:pool"]:
        if entry["name"] == of[0]:
            return next(real.get("weight", 1) for real in entry["real-server"] if real["name"] == of[1])
    return None


def commit(node, of, value, refused=False, session=None, **members):
    """Sets the weight and commits; returns what was said."""
    client = node.config(session)
    said = client.set(WEIGHT.format(*of), value, refused)
    return f"{said}\n{client.commit(refused, **members)}"


def done(said):
    """The commit was acknowledged."""
    return re.search(r"^revision \d+ is in use$", said, re.MULTILINE) is not None
