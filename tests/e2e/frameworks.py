"""What services of other languages need: packages of npm, got once and kept in the user's cache directory."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from packages import CACHE


def kept(what, key, make):
    """The directory in the cache that make(directory) filled, now or long ago."""
    directory = CACHE / f"{what}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if not directory.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        staging = pathlib.Path(tempfile.mkdtemp(dir=CACHE, prefix=directory.name))
        try:
            make(staging)
            staging.rename(directory)
        except OSError:
            if not directory.exists():  # else another test was faster
                raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return directory


def run(command, where, **environment):
    done = subprocess.run([str(part) for part in command], cwd=where, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout}")


def node_packages(*requirements):
    """What NODE_PATH is to be, so that they can be required."""
    def make(directory):
        run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", directory, *requirements], directory)
    return kept("node-packages", "\n".join(requirements), make) / "node_modules"
