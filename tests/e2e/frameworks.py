"""What services of other languages need: packages of npm, programs in Go and Java, got once and kept in the user's cache directory."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
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


def go_program(folder):
    """The program that the folder's files make."""
    sources = sorted(folder.glob("go.*")) + sorted(folder.glob("*.go"))

    def make(directory):
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            for source in sources:
                shutil.copy(source, work)
            environment = {"CGO_ENABLED": "0", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod -buildvcs=false"}
            run(["nice", "go", "mod", "tidy"], work, **environment)
            run(["nice", "go", "build", "-o", directory / "program", "."], work, **environment)
    return kept("go-program", sys.platform + "".join(source.read_text() for source in sources), make) / "program"


def java_program(folder, main):
    """The command that runs the class in MAIN.java with what pom.xml names."""
    sources = [folder / "pom.xml", folder / f"{main}.java"]

    def make(directory):
        run(["mvn", "--batch-mode", "--quiet", "--file", sources[0], "dependency:copy-dependencies", f"-DoutputDirectory={directory / 'lib'}"], directory)
        run(["javac", "-cp", f"{directory / 'lib'}/*", "-d", directory / "classes", sources[1]], directory)
    directory = kept("java-program", "".join(source.read_text() for source in sources), make)
    return ["java", "-Xmx128m", "-cp", f"{directory / 'lib'}/*:{directory / 'classes'}", main]
