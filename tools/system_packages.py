"""Find PostgreSQL's programs and a Chromium for the tests; install them where that needs no question.

Run as a script it installs what is missing from Debian's packages, as root or by a sudo that asks for no password.
Elsewhere it says what to install and ends well: the tests that need it are skipped, by name.
Standard library only.
"""

import os
import shutil
import subprocess
from pathlib import Path

POSTGRESQL_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian keeps initdb and postgres off the PATH
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_postgresql():
    """The folder that holds initdb and postgres, of the newest version found; None without."""
    folders = [path for pattern in POSTGRESQL_FOLDERS for path in Path("/").glob(pattern[1:])]
    folders.sort(key=lambda path: [int(part) if part.isdigit() else 0 for part in path.parts], reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next(
        (path for path in folders if (path / "initdb").exists() and (path / "postgres").exists()), None
    )


def find_chromium():
    """The path of a Chromium or Chrome; None without."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def missing_packages():
    """Debian's names of what is not there."""
    packages = []
    if find_postgresql() is None:
        packages.append("postgresql")
    if find_chromium() is None:
        packages += ["chromium", "fonts-dejavu-core"]  # without any font Chromium draws no text
    return packages


def apt_get():
    """The start of an apt-get command that will ask nothing; None where this user has none."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return [*environment, "apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", *environment, "apt-get"]
    return None


def quietly(command):
    """Run a command; show what it printed only where it fails."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout)


def main():
    """Install what is missing, or say what to install."""
    missing = missing_packages()
    if not missing:
        return
    command = apt_get()
    if command:
        print(f"Installing {' '.join(missing)} for the tests …", flush=True)
        quietly([*command, "update"])
        quietly([*command, "install", "--no-install-recommends", "--yes", *missing])
        missing = missing_packages()
    if missing:
        print(f"Not installed here: {' '.join(missing)}. The tests that need them are skipped.")


if __name__ == "__main__":
    main()
