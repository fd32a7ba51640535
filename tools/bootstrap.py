"""Make the virtual environment: `python3 tools/bootstrap.py run|dev`, with nothing but a bare Python.

`.venv` is made without pip, since Debian's Python cannot make one with pip unless python3-venv is installed.
pip comes from the wheel beside this file, as CPython itself carries one, checked against its digest. It installs
`requirements/run.txt` or `requirements/dev.txt`, every file by its hash, then this checkout itself, editable.
A stamp in `.venv` makes the next run a comparison of two strings.
"""

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
# What is installed is a superset of these kinds: who has the tools of development can also run.
COVERED_BY = {"run": ("run", "dev"), "dev": ("dev",)}


def main(kind):
    """Bring `.venv` to the state that `requirements/<kind>.txt` locks; `kind` is run or dev."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file is read by whatever Python there is)
        sys.exit(f"Python 3.11 or newer is needed, {sys.executable} is older: make PYTHON=python3.12 …")
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits, then finds it done
        if not any(is_fresh(covering) for covering in COVERED_BY[kind]):
            install(kind)


def is_fresh(kind):
    """Whether `.venv` was made here, by this Python, from the requirements as they stand now."""
    return PYTHON.exists() and stamp(kind).exists() and stamp(kind).read_text() == state(kind)


def stamp(kind):
    """The file that is written last, after all of `kind` is installed."""
    return VENV / f"installed-{kind}"


def state(kind):
    """What the installation depends on, as one digest: place, Python, pip, lock file and project file."""
    parts = [str(ROOT).encode(), sys.version.encode(), PIP_SHA256.encode()]
    parts += [(ROOT / "requirements" / f"{kind}.txt").read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install(kind):
    """Install `kind`; an environment from another place or another Python is made afresh."""
    print(f"Installing what requirements/{kind}.txt locks into .venv …", flush=True)
    origin = VENV / "origin"
    here = f"{ROOT}\n{sys.version}\n"
    if not (PYTHON.exists() and origin.exists() and origin.read_text() == here):
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
        origin.write_text(here)
    install_pip()
    pip("install", "--require-hashes", "--requirement", str(ROOT / "requirements" / f"{kind}.txt"))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp(kind).write_text(state(kind))


def install_pip():
    """Install the pip that lies beside this file, if it is the one named above."""
    wheel = ROOT / "tools" / PIP
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != PIP_SHA256:
        sys.exit(f"{wheel} is not the file it should be: restore it with git checkout.")
    run([str(PYTHON), str(wheel / "pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)])


def pip(*arguments):
    """Run the environment's own pip; it speaks only of errors."""
    run([str(PYTHON), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", *arguments])


def run(command):
    """Run a command; end with a sentence, not a traceback, where it fails."""
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        sys.exit(f"This failed: {' '.join(command)}\nMend what it says above and run make again.")


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"]):
        sys.exit("usage: bootstrap.py run|dev")
    main(sys.argv[1])
