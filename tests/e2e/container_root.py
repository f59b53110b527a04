"""The file systems that the stages of deploy/container/Containerfile would have, made of what Debian's packages of this machine put where: read-only, entered by
whoever the stage names. A container engine is not needed; the steps that only it can do (pulling the base, storing layers) are not tried."""
import pathlib
import re
import shutil
import subprocess

from harness import ROOT

CONTAINERFILE = ROOT / "deploy/container/Containerfile"
LEFT_OUT = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/")


def stages():
    """{name: [(instruction, arguments)]} with continued lines joined."""
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text())
    found, current = {}, None
    for line in text.splitlines():
        instruction, _, arguments = line.strip().partition(" ")
        if instruction == "FROM":
            current = found.setdefault(arguments.split(" AS ")[1], [])
        elif current is not None and instruction and not instruction.startswith("#"):
            current.append((instruction, arguments))
    return found


def packages_of(stage):
    """What `apt-get install` is told to install."""
    for instruction, arguments in stage:
        if instruction == "RUN" and (install := re.search(r"apt-get install ([^&]*)", arguments)):
            return [word for word in install.group(1).split() if not word.startswith("-")]
    return []


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def with_dependencies(packages):
    """What apt would install with them, without what is only recommended. Of alternatives the one that is here."""
    here = dict(line.split("\t") for line in output("dpkg-query", "-W", "-f", "${Package}\t${Depends}, ${Pre-Depends}\n").splitlines())
    provided = {}
    for line in output("dpkg-query", "-W", "-f", "${Package}\t${Provides}\n").splitlines():
        name, provides = line.split("\t")
        for each in provides.split(","):
            provided.setdefault(each.split("(")[0].strip(), name)
    found, look = set(), list(packages)
    while look:
        name = look.pop()
        name = name if name in here else provided.get(name, name)
        if name in found:
            continue
        assert name in here, f"the package {name} is not installed here"
        found.add(name)
        for group in here[name].split(","):
            names = [re.split(r"[ (:]", each.strip())[0] for each in group.split("|")]
            look += [next(each for each in names if each in here or each in provided)] if names[0] else []
    return found


def base_packages():
    """Those of a slim image: what is essential or required."""
    lines = output("dpkg-query", "-W", "-f", "${Package} ${Essential} ${Priority}\n").splitlines()
    return [line.split()[0] for line in lines if "yes" in line.split()[1:] or line.endswith(" required")]


class Root:
    def __init__(self, directory, stage, copies):
        """`copies`: what COPY --from names, as {(stage, path): path here}."""
        self.directory, self.stage = pathlib.Path(directory), stage
        self.directory.mkdir(parents=True)
        for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/lib32", "usr/libx32", "proc", "dev", "tmp", "etc"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        for name in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
            (self.directory / name).symlink_to(f"usr/{name}")
        for package in with_dependencies([*base_packages(), *packages_of(stage)]):
            self.add_package(package)
        subprocess.run(["ldconfig", "-r", self.directory], check=True)
        for instruction, arguments in stage:
            if instruction == "COPY":
                source, target = re.fullmatch(r"--from=(\S+ \S+) (\S+)", arguments).groups()
                self.add(copies[tuple(source.split())], target)
        self.user = next(arguments for instruction, arguments in stage if instruction == "USER")
        self.volumes = next(arguments for instruction, arguments in stage if instruction == "VOLUME").split()
        self.entry = next(re.findall(r'"([^"]*)"', arguments) for instruction, arguments in stage if instruction == "ENTRYPOINT")
        self.environment = [arguments for instruction, arguments in stage if instruction == "ENV"]

    def inside(self, path):
        return self.directory / str(path).lstrip("/")

    def add_package(self, package):
        for line in output("dpkg", "-L", package).splitlines():
            source = pathlib.Path(line)
            if line.startswith(LEFT_OUT) or not (source.is_symlink() or source.is_file()):
                continue
            target = self.inside(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_symlink() and not target.exists():
                shutil.copy2(source, target, follow_symlinks=False)

    def add(self, source, target):
        self.inside(target).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if pathlib.Path(source).is_dir() else shutil.copy2
        copy(source, self.inside(target))

    def command(self, *arguments):
        """Runs the entry point in a mount namespace of its own: nothing can be written but the volumes."""
        for volume in self.volumes:
            self.inside(volume).mkdir(parents=True, exist_ok=True)
        mounts = [f"mount --bind {self.directory} {self.directory}", f"mount -t proc proc {self.inside('/proc')}", f"mount --rbind /dev {self.inside('/dev')}"]
        mounts += [f"mount -t tmpfs -o mode=1777 none {self.inside(volume)}" for volume in self.volumes]
        mounts += [f"mount -o remount,bind,ro {self.directory}"]
        user, group = self.user.split(":")
        enter = ["env", "-i", "PATH=/usr/local/bin:/usr/bin:/usr/sbin", *self.environment, "chroot", str(self.directory), "/usr/bin/setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs",
                 "--bounding-set", "-all", *self.entry, *map(str, arguments)]
        return ["unshare", "--mount", "sh", "-ec", "; ".join(mounts) + '; exec "$@"', "sh", *enter]
