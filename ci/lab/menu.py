"""The menu on a guest's console, and the shell behind it."""
import re

_PROMPT = r"# $"


class Menu:
    """Drives the numbered menu of a machine (qemu.Machine) over its serial line. Numbers are read from the
    screen, entries are found by their words."""

    def __init__(self, machine, password=None):
        self._console, self._password, self._in_shell = machine.console(), password, False
        self.name = machine.name

    def choose(self, words, seconds=30):
        """Chooses the entry whose text matches `words`."""
        self.leave_shell()
        self._console.drain()
        self._console.send("\r")
        number = self._console.expect(r"(\d+)[^\d\n]*" + words, seconds)[1]
        self._console.send(number + "\r")

    def enter_shell(self, seconds=30):
        """Opens the shell, giving the password when one is set."""
        if self._in_shell:
            return
        self.choose("[Ss]hell", seconds)
        if self._password:
            self._console.expect(r"[Pp]assword[^\n]*: ?$", seconds)
            self._console.send(self._password + "\r")
        self._console.expect(_PROMPT, seconds)
        self._in_shell = True

    def leave_shell(self):
        """Back from the shell to the menu."""
        if self._in_shell:
            self._in_shell = False
            self._console.send("exit\r")
            self._console.expect(r"[Ss]hell", 30)

    def run(self, command, seconds=30):
        """Runs a command in the shell; returns (status, output)."""
        self.enter_shell()
        self._console.drain()
        # The quotes keep the echoed command from looking like the answer.
        self._console.send(f"echo BEG''IN; {command}; echo E''ND=$?\r")
        match = self._console.expect(r"BEGIN\n(.*?)END=(\d+)\n", seconds)
        lines = [line for line in match[1].split("\n") if not re.match(r"\[ *\d+\.\d+\]", line)]
        return int(match[2]), "\n".join(lines).strip()
