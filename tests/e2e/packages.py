"""Python packages that a test needs and the machine may lack: installed once for each list into the user's cache directory, beside what the machine has.

    import packages
    packages.need("moto[server]==5.2.1", "boto3==1.43.11")
    import boto3
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("SOLDER_CACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "solder")


def need(*requirements):
    """Makes them importable, here and in Python programs that are started from here."""
    key = hashlib.sha256("\n".join([sys.version, *requirements]).encode()).hexdigest()[:16]
    directory = CACHE / f"python-packages-{key}"
    if not directory.exists():
        install(requirements, directory)
    sys.path.insert(0, str(directory))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(directory), os.environ.get("PYTHONPATH")]))


def install(requirements, directory):
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = pathlib.Path(tempfile.mkdtemp(dir=directory.parent, prefix=directory.name))
    try:
        pip = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", staging, *requirements],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if pip.returncode != 0:
            raise RuntimeError(f"pip cannot install {' '.join(requirements)}:\n{pip.stdout}")
        staging.rename(directory)
    except OSError:
        if not directory.exists():  # else another test was faster
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
