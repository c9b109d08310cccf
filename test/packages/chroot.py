"""A minimal Debian in a folder, in which packages are installed as an administrator would."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIST = os.environ.get("PROXIMUX_DIST", os.path.join(ROOT, "dist"))
CACHE = os.environ.get("PROXIMUX_CHROOT_CACHE", "/var/tmp/proximux-chroot")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
               "LC_ALL": "C.UTF-8", "HOME": "/root"}


def run(command, **kw):
    """Its output. Raises an error that shows it."""
    r = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if r.returncode != 0:
        raise AssertionError("%s: exit code %d\n%s" % (" ".join(command), r.returncode, r.stdout))
    return r.stdout


def package(name="proximux"):
    """The newest such package in PROXIMUX_DIST."""
    found = glob.glob(os.path.join(DIST, name + "_*.deb"))
    if not found:
        raise AssertionError("no package in %s: run scripts/package deb" % DIST)
    return max(found, key=os.path.getmtime)


def archive():
    """The mirror and the suite from which this system itself is installed."""
    sites = run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages", "Component: main"])
    with open("/etc/os-release") as f:
        suite = re.search(r"(?m)^VERSION_CODENAME=\"?(\w+)", f.read()).group(1)
    return next(line.split()[0] for line in sites.splitlines() if line.split()[1] == suite), suite


class Chroot:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="proximux-chroot-")
        try:
            self.unpack()
        except BaseException:
            self.remove()
            raise

    def unpack(self):
        """Makes it with debootstrap, once a suite; later from what that left."""
        site, suite = archive()
        kept = "%s-%s.tar" % (CACHE, suite)
        if not os.path.exists(kept):
            run(["debootstrap", "--variant=minbase", suite, self.folder, site])
            run(["tar", "-C", self.folder, "-cf", kept + ".new", "--exclude=./proc/*", "--exclude=./sys/*", "."])
            os.replace(kept + ".new", kept)
        else:
            run(["tar", "-C", self.folder, "-xpf", kept])
        os.chmod(self.folder, 0o755)  # it is the root of those who are not root, too
        self.run("apt-get", "update", "-q")

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return self.folder + name

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w") as f:
            f.write(text)
        os.chmod(self.path(name), mode)

    def command(self, *command, user="root"):
        """To be run outside. /proc and /dev are there for its own time, in a namespace of their own."""
        script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec="$@"'
        return ["unshare", "--mount", "sh", "-c", script, self.folder, user + ":" + user, self.folder] + list(command)

    def run(self, *command, **kw):
        return run(self.command(*command), env=ENVIRONMENT, **kw)

    def install(self, *names):
        """Packages, some of them files outside, with what they depend on. Where dpkg would ask, its default answer is
        taken."""
        inside = []
        for name in names:
            if name.endswith(".deb"):
                shutil.copy(name, self.path("/tmp"))
                name = "/tmp/" + os.path.basename(name)
            inside.append(name)
        return self.run("apt-get", "install", "-y", "-q", "--no-install-recommends",
                        "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Use-Pty=0", *inside)

    def files(self):
        """Everything in it but the state of the package manager, logs and users."""
        ignored = ("/proc", "/sys", "/dev", "/tmp", "/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log/apt", "/run",
                   "/var/log/dpkg.log", "/var/log/alternatives.log")
        found = set()
        for folder, folders, names in os.walk(self.folder):
            inner = folder[len(self.folder):]
            folders[:] = [name for name in folders if inner + "/" + name not in ignored]
            found |= {inner + "/" + name for name in folders + names if inner + "/" + name not in ignored}
        return found
