"""Programs that tests need beside Solder, built with the Go toolchain from published modules: once for each version, into the user's cache directory."""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("SOLDER_CACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "solder")


class NotToBeHad(Exception):
    """Why there is no such program, for people."""


def run(command, where):
    """What the command prints, which downloads or looks up modules."""
    done = subprocess.run(command, cwd=where, env=environment(), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotToBeHad(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-800:]}")
    return done.stdout


def environment():
    """The same for all of them, so that what they share is compiled once."""
    return {**os.environ, "CGO_ENABLED": "0", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath"}


class GoPrograms:
    """The programs `names` of a version. `write_module(where)` makes a module in that directory that requires what they are of, and gives the
    packages to build, each of which becomes a program of its last part's name; `link` is for the linker."""

    def __init__(self, server, version, names, write_module, link=""):
        self.server, self.names, self.write_module, self.link = server, names, write_module, f"-s -w {link}"
        self.directory = CACHE / f"{server}-{version}"

    def are_built(self):
        return all((self.directory / name).exists() for name in self.names)

    def build(self):
        if not shutil.which("go"):
            raise NotToBeHad(f"{self.server} is built with Go, and this machine has none")
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{self.server}-build") as work:
            module, out = pathlib.Path(work) / "module", pathlib.Path(work) / "out"
            module.mkdir()
            out.mkdir()
            packages = self.write_module(module)
            subprocess.run(["nice", "go", "build", "-ldflags", self.link, "-o", f"{out}/", *packages], cwd=module, env=environment(), check=True, stdout=sys.stderr)
            shutil.rmtree(self.directory, ignore_errors=True)
            out.rename(self.directory)

    def need(self):
        """The directory with the programs, built now where they are not there."""
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(CACHE / f".{self.server}.lock", "w", encoding="ascii") as lock:  # one build, however many tests begin at once
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.are_built():
                self.build()
        return self.directory

    def main(self):
        if "--check" in sys.argv[1:]:
            sys.exit(0 if self.are_built() else 1)
        try:
            print(self.need())
        except NotToBeHad as why:
            print(why, file=sys.stderr)
            sys.exit(77 if "--or-skip" in sys.argv[1:] else 1)
