"""The menu on a guest's console, and the shell behind it, as a person uses them."""
import re

_MENU = r"Choose 1-\d+: $"
# The kernel may speak between prompt and answer: only at the prompt itself it is waited for its end of text.
_SHELL = r"# $"


class Menu:
    """Drives the console of a machine (qemu.Machine). `password` is the administrator's, None while none is set."""

    def __init__(self, machine, password=None):
        self._console, self.password, self._in_shell = machine.console(), password, False
        self.name = machine.name
        self._known = False

    def expect(self, pattern, seconds=30):
        """Waits for the console's text; see Console.expect. After a wait in vain nobody knows where it is."""
        try:
            return self._console.expect(pattern, seconds)
        except TimeoutError:
            self._in_shell = self._known = False
            raise

    def to_menu(self, seconds=60):
        """From wherever the console is (but not in the middle of a question) to the menu."""
        self._console.drain()
        self._console.send("\r")
        if self.expect(f"(?:{_MENU})|(?:{_SHELL})", seconds)[0].endswith("# "):
            self._console.send("exit\r")
            self.expect(_MENU, seconds)
        self._in_shell, self._known = False, True

    def choose(self, words, seconds=60):
        """Chooses the menu's entry whose words begin so."""
        self._console.drain()
        if self._in_shell or not self._known:
            self.to_menu(seconds)
        self._console.drain()
        self._console.send("\r")
        number = self.expect(rf"\n *(\d+) +{words}.*{_MENU}", seconds)[1]
        self._console.send(number + "\r")

    def answer(self, question, text, seconds=30):
        """Waits for a question and answers it."""
        self.expect(question, seconds)
        self._console.send(text + "\r")

    def enter_shell(self, seconds=60):
        """Opens the shell, giving the password when one is set."""
        if self._in_shell:
            return
        self.choose("Shell", seconds)
        if self.password:
            self.answer(r"Password: $", self.password, seconds)
        self.expect('"exit" leads back', seconds)
        self._in_shell = True

    def refused(self, wrong, seconds=30):
        """Tries the shell with a wrong password; returns for how many seconds the console makes one wait."""
        self.choose("Shell", seconds)
        self.answer(r"Password: $", wrong, seconds)
        return int(self.expect(r"not the password\. Wait (\d+) s", seconds)[1])

    def set_password(self, password, seconds=30):
        """Sets the administrator's password by the menu."""
        self.choose("Set password", seconds)
        if self.password:
            self.answer(r"Present password: $", self.password, seconds)
        self.answer(r"New password: $", password, seconds)
        self.answer(r"once more: $", password, seconds)
        self.expect(r"The password is set\.", seconds)
        self.expect(r"The web page's user admin (?:has the same password|could not be changed: [^.]*)\.", seconds)
        self.password = password

    def switch_over(self, seconds=30):
        """Switches over by the menu; returns what it says."""
        self.choose("Switch over", seconds)
        self.answer(r"Type yes: $", "yes", seconds)
        said = self.expect(r"yes\n(.*)\nPress a key", seconds)[1]
        self._console.send(" ")
        return said.strip()

    def live_status(self, pattern, seconds=30):
        """Opens the live status and waits for the pattern in it; leaves it again by a key."""
        self.choose("Status", seconds)
        self.expect(pattern, seconds)
        self._console.send(" ")
        self.expect(_MENU, seconds)

    def reboot(self, seconds=30):
        """Reboots the machine by the menu."""
        self.choose("Reboot", seconds)
        self.answer(r"Type yes: $", "yes", seconds)
        self.expect(r"Rebooting\.", seconds)
        self._known = False

    def give_up(self):
        """Out of a command or a question that has no end, for the next one who attaches; an open shell is left."""
        self._console.send("\x03\rexit\r")

    def leave_shell(self, seconds=60):
        """Back to the menu: nobody else is to find an open shell."""
        if self._in_shell:
            self.to_menu(seconds)

    def run(self, command, seconds=30):
        """Runs a command in the shell; returns (status, output)."""
        self.enter_shell(seconds)
        self._console.drain()
        # The quotes keep the echoed command from looking like the answer.
        self._console.send(f"echo BEG''IN; {command}; echo E''ND=$?\r")
        match = self.expect(r"BEGIN\n(.*?)END=(\d+)\n", seconds)
        lines = [line for line in match[1].split("\n") if not re.match(r"\[ *\d+\.\d+\]", line)]
        return int(match[2]), "\n".join(lines).strip()

    def begin(self, command, seconds=60):
        """Starts a command in the shell and does not wait for its end; what it says is in Machine.said()."""
        self.enter_shell(seconds)
        self._console.drain()
        self._console.send(command + "\r")
