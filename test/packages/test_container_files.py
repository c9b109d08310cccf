"""The files for containers and Kubernetes: what they say to the program, it understands, and they agree with it."""
import ipaddress
import os
import re
import subprocess
import tempfile

import yaml

from admin_client import AdminProxy
from harness import BIN, OURS, Case

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLAIN = {name: value for name, value in os.environ.items() if not OURS.match(name)}
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def read(name):
    with open(os.path.join(ROOT, "packaging", name)) as f:
        return f.read()


def seconds(text):
    number, unit = re.fullmatch(r"(-?\d+)(ms|s|m|h)?", text).groups()
    return max(int(number), 0) * UNITS[unit or "ms"]


class Image:
    """The last stage of the Dockerfile."""

    def __init__(self):
        text = re.sub(r"(?m)^#.*\n", "", read("container/Dockerfile").replace("\\\n", " "))
        self.instructions = [line.split(None, 1) for line in text[text.rindex("\nFROM "):].splitlines() if line]

    def value(self, name):
        return next(value for instruction, value in self.instructions if instruction == name)

    def environment(self):
        return dict(re.match(r"(\w+)=(\S*)", value).groups() for name, value in self.instructions if name == "ENV")


class Files(Case):
    def setUp(self):
        super().setUp()
        self.image = Image()

    def values(self, environment, *args):
        """What the program makes of a configuration in the image. A mistake fails the test."""
        environment = dict(PLAIN, **self.image.environment(), **environment)
        runs = [subprocess.run([BIN, option, *args], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True) for option in ("--check-config", "--print-config")]
        for run in runs:
            self.assertEqual(run.returncode, 0, run.stdout)
        values = dict(re.findall(r"(?m)^(\S+) = (.*?) *;", runs[1].stdout))
        self.assertEqual(values["local.host"], "0.0.0.0")  # the others cannot be reached from outside
        return values

    def assertStopsInTime(self, granted, values):
        """After TERM clients are accepted for a while, then comes the drain, then what is left to do."""
        needed = seconds(values.get("shutdown.delay", "0")) + seconds(values["shutdown.drain_timeout"]) + 5
        self.assertEqual(granted, needed)


class Containers(Files):
    def test_the_image_is_one_that_a_cluster_accepts(self):
        self.assertEqual(self.image.value("FROM"), "scratch")
        self.assertEqual(self.image.value("USER"), "65532:65532")
        self.assertEqual(self.image.value("STOPSIGNAL"), "SIGTERM")
        self.assertEqual(self.image.value("ENTRYPOINT"), '["/usr/bin/proximux"]')  # no shell: the list is the command
        self.values(dict(PROXIMUX_LOCAL_PORT="1", PROXIMUX_TARGET_1_HOST="a", PROXIMUX_TARGET_1_PORT="1",
                         PROXIMUX_EXCHANGE_MODE="fifo"))

    def test_what_the_image_is_built_from_is_there_and_sent(self):
        names = [line[1:] for line in open(os.path.join(ROOT, ".dockerignore")).read().split() if line.startswith("!")]
        for name in names:
            self.assertTrue(os.path.exists(os.path.join(ROOT, name)), name)
        for name in re.findall(r"add_subdirectory\((\w+)|include\((\w+)/", open(os.path.join(ROOT, "CMakeLists.txt")).read()):
            name = "".join(name)
            self.assertTrue(name in names or name in ("test", "packaging"), name)  # these are not built for it

    def test_compose(self):
        services = yaml.safe_load(read("container/compose.yaml"))["services"]
        proxy = services["proximux"]
        values = self.values(proxy["environment"])
        self.assertEqual(proxy["ports"], ["3306:" + self.image.value("EXPOSE")])
        self.assertEqual(values["local.port"], self.image.value("EXPOSE"))
        self.assertIn(values["target.1.host"], services)
        self.assertEqual(values["exchange.protocol"], "mysql")
        self.assertStopsInTime(seconds(proxy["stop_grace_period"]), values)
        folder = os.path.join(ROOT, "packaging/container", proxy["build"]["context"])
        self.assertTrue(os.path.samefile(folder, ROOT))
        self.assertTrue(os.path.exists(os.path.join(folder, proxy["build"]["dockerfile"])))
        self.assertEqual((proxy["read_only"], proxy["cap_drop"]), (True, ["ALL"]))


class Kubernetes(Files):
    def setUp(self):
        super().setUp()
        self.objects = {each["kind"]: each for each in yaml.safe_load_all(read("kubernetes/proximux.yaml"))}
        self.pod = self.objects["Deployment"]["spec"]["template"]["spec"]
        self.container = self.pod["containers"][0]

    def configuration(self):
        """What the program makes of the files of the volume."""
        mount = self.container["volumeMounts"][0]["mountPath"]
        with tempfile.TemporaryDirectory() as folder:
            for source in self.pod["volumes"][0]["projected"]["sources"]:
                (kind, reference), = source.items()
                each = self.objects[kind[0].upper() + kind[1:]]
                self.assertEqual(each["metadata"]["name"], reference["name"])
                for name, text in each.get("data", each.get("stringData")).items():
                    with open(os.path.join(folder, name), "w") as f:
                        f.write(text)
            args = [arg.replace(mount, folder) for arg in self.container["args"]]
            self.assertEqual({arg.split("/")[-1] for arg in args}, set(os.listdir(folder)))
            return self.values({}, *args)

    def test_the_configuration_is_accepted_and_found(self):
        values = self.configuration()
        self.assertEqual(values["local.port"], self.image.value("EXPOSE"))
        self.assertEqual(values["local.port"], str(self.container["ports"][0]["containerPort"]))
        self.assertEqual([values["local.password"], values["target.1.password"]], ["***", "***"])
        self.assertStopsInTime(self.pod["terminationGracePeriodSeconds"], values)
        connections = int(values["target.1.connections"])
        replicas = self.objects["Deployment"]["spec"]["replicas"]
        self.assertIn("with %d connections each make %d at the server" % (connections, replicas * connections),
                      read("kubernetes/proximux.yaml").replace("\n#", ""))

    def test_probes_are_answered(self):
        """The nodes, from which they come, are let in."""
        admin = self.container["ports"][1]
        values = self.configuration()
        self.assertEqual(values["admin.listen"], "0.0.0.0:%d" % admin["containerPort"])
        self.assertTrue(any(ipaddress.ip_address("10.1.2.3") in ipaddress.ip_network(each.strip())
                            for each in values["admin.access"].split(",")), values["admin.access"])
        p = AdminProxy(self.target())
        self.addCleanup(self.ended, p)
        for name in ("readinessProbe", "livenessProbe"):
            self.assertEqual(self.container[name]["httpGet"]["port"], admin["name"])
            self.assertEqual(p.http(self.container[name]["httpGet"]["path"])[0], 200)

    def test_ports_and_labels_agree(self):
        port = self.container["ports"][0]["name"]
        self.assertEqual(self.objects["Service"]["spec"]["ports"][0]["targetPort"], port)
        labels = self.objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(self.objects["Service"]["spec"]["selector"], labels)
        for kind in ("Deployment", "PodDisruptionBudget"):
            self.assertEqual(self.objects[kind]["spec"]["selector"]["matchLabels"], labels)

    def test_the_image_is_this_version_and_runs_as_its_user(self):
        version = subprocess.run([BIN, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
        self.assertEqual(self.container["image"], "proximux:" + version)
        user = self.pod["securityContext"]
        self.assertEqual("%d:%d" % (user["runAsUser"], user["runAsGroup"]), self.image.value("USER"))
        self.assertTrue(user["runAsNonRoot"])
        self.assertTrue(self.container["securityContext"]["readOnlyRootFilesystem"])
        self.assertEqual(self.container["securityContext"]["capabilities"], {"drop": ["ALL"]})
