"""Become another program: tie it to the parent's life, give up rights, then exec.

Run as a script by the supervisor (`python -I -S child.py …`), never imported: it starts in milliseconds, and
no code of ours runs between fork and exec. Arguments:

    PARENT_PID DEATH_SIGNAL USER_ID GROUP_ID SEARCH FOLDER PROGRAM [ARGUMENT …]

USER_ID -1 keeps the user. SEARCH 1 keeps the right to pass folders closed to that user (CAP_DAC_READ_SEARCH).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2


def main(argv: list[str]) -> int:
    """Exec the program; return 126 with one line on stderr when that is impossible."""
    parent, death_signal, user, group = (int(word) for word in argv[:4])
    search, folder, command = argv[4] == "1", argv[5], argv[6:]
    try:
        os.umask(0o077)
        if user >= 0:
            _switch(user, group, search=search)
        if sys.platform == "linux":
            _control(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            return 125
        os.chdir(folder)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execv(command[0], command)  # noqa: S606 - the command is built by the supervisor
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
    return 126


def _switch(user: int, group: int, *, search: bool) -> None:
    if search:
        # Without this bit access(2), which PostgreSQL asks about its own program, ignores the capability.
        _control(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([group])
    os.setgid(group)
    os.setuid(user)
    if search:
        _keep_only(CAP_DAC_READ_SEARCH)
    if sys.platform == "linux":
        _control(PR_SET_NO_NEW_PRIVS, 1)


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, none = 1 << capability, 0
    sets = (ctypes.c_uint32 * 6)(low, low, low, none, none, none)
    _checked(_libc().capset(header, sets))
    _control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _control(*arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:5]]
    _checked(_libc().prctl(ctypes.c_int(arguments[0]), *padded[1:]))


def _checked(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
