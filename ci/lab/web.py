"""Real web servers (nginx), each in a namespace of its own: it answers its name and logs who asked."""
import socket
import subprocess
from pathlib import Path

from . import processes

_CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 2048; }}
http {{
  log_format who '$msec $remote_addr $server_addr $request $status';
  access_log {folder}/access.log who;
  default_type text/plain;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_timeout 0;
  server {{
    listen {port} backlog=1024;
    location / {{ return 200 "{text}"; }}
    location /files/ {{ root {folder}; }}
  }}
}}
"""


class WebServer:
    """nginx on a port of every address of a namespace; answers `NAME\\n` to every request, but for /files/: what put() has put there."""

    def __init__(self, lab, name, port=80):
        self._lab, self.name, self._port = lab, name, port
        self.folder = lab.scratch / f"nginx-{name}"
        self.folder.mkdir()
        self._file = self.folder / "nginx.conf"
        self._file.write_text(_CONFIGURATION.format(folder=self.folder, text=name + "\\n", port=port))
        self._process = None
        self.start()

    def start(self):
        """Starts the server (again) and waits until it accepts."""
        with (self.folder / "output").open("a") as words:
            self._process = self._lab.spawn(self.name, "nginx", "-c", self._file, stdout=words,
                                            stderr=subprocess.STDOUT)
        processes.wait_for(f"nginx of {self.name}", self._accepts, 30)

    def _accepts(self):
        if self._process.poll() is not None:
            raise RuntimeError(f"nginx of {self.name} ended: {(self.folder / 'output').read_text()}")
        with self._lab.inside(self.name):
            sock = socket.socket()
        with sock:
            return sock.connect_ex(("127.0.0.1", self._port)) == 0

    def put(self, name, content):
        """Bytes that it answers to `/files/NAME`."""
        (self.folder / "files").mkdir(exist_ok=True)
        (self.folder / "files" / name).write_bytes(content)

    def kill(self):
        """The server dies at once; the machine it runs on refuses connections from now on."""
        self._process.kill()
        self._process.wait(10)

    def log(self):
        """Requests so far: (time, client's address, address asked, request, status)."""
        path = self.folder / "access.log"
        return [line.split(" ", 3) for line in Path(path).read_text().splitlines()] if path.exists() else []
