"""A node's config service, asked by itself: services/config/README.md says what it takes and answers."""
import json
import subprocess
from pathlib import Path

from . import processes

ASK = Path(__file__).resolve().parents[2] / "build/services/tests/ask_config"


class ConfigClient:
    """An administrator at a node. `session` names the candidate."""

    def __init__(self, node, session):
        self.node, self.session = node, session

    def ask(self, op, **members):
        """The answer, which may be {"error": …}; nothing when nobody answers."""
        request = {"op": op, "session": self.session, "author": "lab", **members}
        done = subprocess.run(self.node.command(ASK), input=json.dumps(request), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def say(self, op, refused=False, **members):
        """What is said to a request, in one text. It must be refused or not; None: either."""
        answer = self.ask(op, **members) or {"error": {"message": "the config service does not answer"}}
        words = " ".join(map(str, answer["error"].values())) if "error" in answer else answer.get("summary", "")
        if refused is not None and refused != ("error" in answer):
            raise RuntimeError(f"{self.node.name}: {op} {members}: {words}")
        return words

    def set(self, path, value, refused=False):
        return self.say("edit", refused, edits=[{"operation": "merge", "path": path, "value": str(value)}])

    def commit(self, refused=False, **members):
        return self.say("commit", refused, **members)

    def discard(self, refused=False):
        return self.say("discard", refused)

    def confirm(self, refused=False):
        return self.say("confirm", refused)

    def rollback(self, revision, **members):
        return self.say("rollback", revision=revision, **members)

    def override(self, refused=False, **members):
        return self.say("override", refused, **members)

    def learn(self, member, op, **members):
        """The answer, which has that member: a service that was started a moment ago does not answer yet."""
        def answered():
            answer = self.ask(op, **members)
            return answer if member in answer else None
        return processes.wait_for(f"{op} of {self.node.name}", answered, 30, 0.1)

    def diff(self, old, new):
        return self.learn("text", "diff", **{"from": old, "to": new})["text"]

    def document(self, what="running"):
        return self.learn("document", "get", what=what)["document"]

    def history(self, count=1000):
        return self.learn("revisions", "history", count=count)

    def state(self):
        """What it says of itself, or nothing when it does not answer."""
        return self.ask("status")
