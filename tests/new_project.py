"""A project that is made by following a page of the documentation."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import requests

from benchmarks.servers import free_port
from tests.distributions import ROOT, clean_environment

BLOCK = re.compile(r"```(\S+)\n(.*?)```", re.DOTALL)
FILE = re.compile(r"(?:# |\{# )(\S+\.(?:py|html))(, at the end)?")
START = "```sh\ndjango-admin startproject config .\n```\n"
PASSWORD = "wool-and-linen"
PATIENCE = 120
"""Seconds: one preview on a busy machine, and the start of a web server."""


class NewProject:
    """Follows the blocks of a page: writes its files and types its commands.

    ``python`` belongs to an environment with the app, so the lines that make one and install
    packages into it are only counted.
    """

    def __init__(self, folder: Path, text: str, python: object = sys.executable) -> None:
        self.folder, self._python = folder, str(python)
        self.port = free_port()
        self.commands: list[str] = []
        self._running: list[subprocess.Popen[bytes]] = []
        self._output = folder.with_suffix(".log")
        folder.mkdir()
        for language, block in BLOCK.findall(text):
            self._follow(language, block)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(30)

    def _follow(self, language: str, block: str) -> None:
        file = FILE.match(block)
        if file:
            path = self.folder / file[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if file[2] else "w", encoding="utf-8") as written:
                written.write(block)
        elif language == "sh":
            for line in block.splitlines():
                self._type(line.partition("  #")[0])

    def _type(self, line: str) -> None:
        self.commands.append(line)
        for command in line.split(" && "):
            program, *arguments = command.split()
            if program == "django-admin":
                self.run("-m", "django", *arguments)
            elif arguments[:1] == ["manage.py"]:
                self._manage(*arguments)

    def _manage(self, *arguments: str) -> None:
        command = arguments[1]
        if command == "runserver":
            self._start(*arguments, str(self.port), "--noreload")
            self._wait_for_the_server()
        elif command == "qcluster":
            self._start(*arguments)
        elif command == "createsuperuser":
            person = ["--noinput", "--username", "admin", "--email", "admin@example.org"]
            self.run(*arguments, *person)
        else:
            self.run(*arguments)

    def _environment(self) -> dict[str, str]:
        return {**clean_environment(), "DJANGO_SUPERUSER_PASSWORD": PASSWORD}

    def run(self, *arguments: str) -> str:
        """Run Python in the project, and return what it printed."""
        done = subprocess.run(
            [self._python, *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self, *arguments: str) -> None:
        with self._output.open("ab") as output:
            process = subprocess.Popen(
                [self._python, *arguments],
                cwd=self.folder,
                env=self._environment(),
                stdout=output,
                stderr=output,
            )
        self._running.append(process)

    def _wait_for_the_server(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < until, self._output.read_text("utf-8")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/admin/login/", timeout=10).ok
        except requests.ConnectionError:
            return False


def readme_steps() -> str:
    """Return the start of a project and the README's steps that add the app to it."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return START + readme.split("\n## Add it to your project\n")[1].partition("\n## ")[0]
