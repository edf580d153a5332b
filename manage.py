#!/usr/bin/env python3
"""The one door: makes the virtual environment when it is missing or out of date, then runs the command in it."""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV, PYTHON = HERE / ".venv", HERE / ".venv" / "bin" / "python"
LOCKS = {False: ["requirements.lock"], True: ["requirements.lock", "requirements-dev.lock"]}


def bootstrap(*, development: bool) -> None:
    inside = Path(sys.prefix) == VENV
    if not inside and sys.prefix != sys.base_prefix and importlib.util.find_spec("django"):
        return  # somebody else's environment has what we need: a container, an own venv
    sums = {hashlib.sha256((HERE / name).read_bytes()).hexdigest() for name in LOCKS[development]}
    stamp = VENV / "installed"
    if not stamp.exists() or not sums <= set(stamp.read_text().split()):
        print(f"Installing what {LOCKS[development][-1]} lists into .venv …", file=sys.stderr, flush=True)
        install(LOCKS[development][-1])
        stamp.write_text("\n".join(sums))
    if not inside:
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


def install(lock: str) -> None:
    uv, is_new = shutil.which("uv"), not PYTHON.exists()
    if is_new and subprocess.run([uv, "venv", "-q", VENV] if uv else [sys.executable, "-m", "venv", VENV]).returncode:
        shutil.rmtree(VENV, ignore_errors=True)  # half made: without pip
        sys.exit("No virtual environment. Debian and Ubuntu: apt-get install python3-venv, or install uv; then run this again.")
    # pip compiles one file after another, most of which nobody imports: a third of its time
    pip = (
        [uv, "pip", "install", "--compile-bytecode", "--python", PYTHON]
        if uv
        else [PYTHON, "-m", "pip", "install", "--no-input", "--no-compile"]
    )
    # The lock is complete: with --no-deps nothing is resolved again. A newer release of `coverage[toml]`, whose extra the
    # lock does not repeat, would otherwise be tried first and refused for want of a hash.
    command = [*pip, "--require-hashes", "--no-deps", "-r", HERE / lock]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        show_progress(running.stdout, total=(HERE / lock).read_text().count("=="))
    if running.returncode:
        sys.exit(f"The packages of {lock} were not installed; the reason stands above. Running this again continues.")


def show_progress(lines: Iterable[str], total: int) -> None:
    """One growing line instead of pip's many, and none in a pipe; uv shows its own."""
    found = 0
    for line in lines:
        found += line.startswith(("Collecting", "Processing"))
        if sys.stderr.isatty():
            text = "unpacking …" if line.startswith("Installing") else f"{found} of {total} packages"
            print(f"\r  {text:<24}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """Of the launcher's commands: here, where help and a mistyped word are answered before anything is installed."""
    result = argparse.ArgumentParser(prog="manage.py")
    commands = result.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="start everything; the first time, create everything")
    start.add_argument("--port", type=int, help="where the pages are served (default: 8000, or the next free one)")
    start.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    start.add_argument("--demo", action=argparse.BooleanOptionalAction, help="load the demo company, or do not ask")
    end = commands.add_parser("down", help="stop what runs from the data directory")
    for command in (start, end):
        command.add_argument("--data-dir", help="where database, files and logs are kept")
    return result


def main() -> None:
    if os.name == "nt":
        sys.exit("On Windows, run this inside WSL, or use Docker: docker compose up.")
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    options = parser().parse_args() if command in {"up", "down"} else None
    bootstrap(development=command == "test")
    sys.path.insert(0, str(HERE))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    if command == "test":
        from crm.launch.launcher import run_tests

        run_tests(sys.argv[2:])
    elif options:
        from crm.launch.launcher import main as launch

        launch(options)
    else:
        from crm.launch.command_line import main as run

        run(sys.argv)


if __name__ == "__main__":
    main()
