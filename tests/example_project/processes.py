"""Running processes as ``ps`` lists them, without zombies."""

from __future__ import annotations

import subprocess
import time


def _running():
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    for line in listing.splitlines():
        pid, parent, group, state = line.split()
        if not state.startswith("Z"):
            yield int(pid), int(parent), int(group)


def is_alive(group):
    """Return whether a process of this group is left."""
    return any(its_group == group for _pid, _parent, its_group in _running())


def dies(group, within=5):
    """Return whether the group ends in time: a killed process needs a moment."""
    end = time.monotonic() + within
    while is_alive(group):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def processes_below(pid):
    """Return the ids of all processes that this one has started, directly or not."""
    parents = {child: parent for child, parent, _group in _running()}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def still_running(pids):
    return pids & {pid for pid, _parent, _group in _running()}
