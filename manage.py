#!/usr/bin/env python3
"""The one door: makes the virtual environment when it is missing or out of date, then runs the command in it."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
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
    uv = shutil.which("uv")
    try:
        if not PYTHON.exists():
            subprocess.run([uv, "venv", "-q", VENV] if uv else [sys.executable, "-m", "venv", VENV], check=True)
        pip = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install", "--no-input"]
        subprocess.run([*pip, "--require-hashes", "-r", HERE / lock], check=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"{error}\nDebian and Ubuntu: apt-get install python3-venv, or install uv; then run this again.")


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    bootstrap(development=command == "test")
    sys.path.insert(0, str(HERE))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    if command in {"up", "down", "test"}:
        from crm.launcher import main as launch

        launch(sys.argv[1:])
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
