"""Several services in one process: a file each, started, reloaded and ended together."""
import json
import os
import re
import signal
import socket
import tempfile

import windows
from harness import BACKEND, LONG, Case, Target, ask, free_port, gone, listens, local_client, read_all, wait_until

MOST = 50
BRIEF = "[shutdown]\ndrain_timeout = 1s\n"  # a pair ends by itself, or by then
THREADS_OF_THE_PROCESS = 8
MEMORY_OF_ONE = (2 if windows.IS else 1) << 20  # Wine keeps some of its own for each thread


class Services(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "services.d")
        os.mkdir(self.folder)
        self.main = os.path.join(folder.name, "main.ini")
        self.path = os.path.join(folder.name, "admin.sock")

    def write(self, name, port, target, more=""):
        with open(os.path.join(self.folder, name + ".ini"), "w") as f:
            f.write("[local]\nhost = 127.0.0.1\nport = %d\n[target.1]\nhost = 127.0.0.1\nport = %d\n%s"
                    "[exchange]\nmode = proxy\n" % (port, target, more))

    def write_main(self, text):
        with open(self.main, "w") as f:
            f.write("[io]\nbackend = %s\n%s" % (BACKEND, text))

    def start(self, services, text="", more=""):
        """Starts a service of each name, and returns the program and the ports. more: for the file of each."""
        ports = {name: free_port() for name in services}
        for name, target in services.items():
            self.write(name, ports[name], target, more=more)
        local = "" if windows.IS else "unix:%s, " % self.path
        self.write_main("[admin]\nlisten = %s127.0.0.1:0\n%s" % (local, text))
        p = self.program("--config", self.main, "--services", self.folder)
        self.assertTrue(wait_until(lambda: len(self.running(p)) == len(ports), LONG), p.text())
        return p, ports

    @staticmethod
    def running(p):
        return [r for r in p.records() if str(r.get("d", "")).startswith("Server is running")]

    def taken(self):
        """A port that is in use."""
        s = socket.socket()
        self.addCleanup(s.close)
        s.bind(("127.0.0.1", 0))
        s.listen()
        return s.getsockname()[1]

    def connect(self, port):
        c = socket.create_connection(("127.0.0.1", port), LONG)
        self.addCleanup(c.close)
        return c

    def serves(self, port):
        c = self.connect(port)
        self.assertEqual(ask(c, b"hello"), b"hello")
        return c

    def command(self, line):
        """The exit code and the text of a command."""
        with local_client(self.path) as s:
            s.sendall(b"--code " + line.encode() + b"\n")
            code, _, text = read_all(s).decode().partition("\n")
        return int(code), text

    def shown(self, what):
        code, text = self.command("show %s --json" % what)
        self.assertEqual(code, 0, text)
        return json.loads(text)

    def http(self, p, path):
        port = next(re.search(r":(\d+)$", r["d"]).group(1) for r in p.records()
                    if str(r.get("d", "")).startswith("Admin port is on 127"))
        with socket.create_connection(("127.0.0.1", int(port)), LONG) as s:
            s.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path).encode())
            head, _, body = read_all(s).partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), body.decode()

    # -- start and end

    def test_each_serves_its_own_target_and_names_itself(self):
        first, second = self.target(), Target(lambda s: s.sendall(b"second"))
        self.addCleanup(second.stop)
        p, ports = self.start({"plc1": first.port, "plc2": second.port}, BRIEF)
        self.serves(ports["plc1"])
        self.assertEqual(self.connect(ports["plc2"]).recv(6), b"second")
        self.assertEqual({(r["service"], r["d"].split(" in ")[0]) for r in self.running(p)},
                         {(name, "Server is running on 127.0.0.1:%d" % port) for name, port in ports.items()})
        p.signal()
        self.assertEqual(p.wait(), 0, p.text())
        self.assertEqual({r["service"] for r in p.records() if r.get("d") == "Server stopped"}, {"plc1", "plc2"})

    def test_fifty_services_in_one_process(self):
        target = self.target()
        one, _ = self.start({"plc00": target.port})
        before = one.memory_at_rest()
        self.assertEqual(one.end(), 0, one.text())
        p, ports = self.start({"plc%02d" % i: target.port for i in range(MOST)})
        for port in ports.values():
            self.serves(port)
        self.assertLessEqual(len(os.listdir("/proc/%d/task" % p.pid)), MOST + THREADS_OF_THE_PROCESS)
        self.assertMemory(p, before, MOST * MEMORY_OF_ONE)
        self.assertEqual(len(self.shown("clients")), MOST)
        p.signal(signal.SIGQUIT)
        self.assertEqual(p.wait(), 0, p.text())

    def test_a_dead_target_is_that_of_one_service(self):
        p, ports = self.start({"dead": free_port(), "living": self.target().port},
                              more="[pool]\nbackoff_min = 1h\nbackoff_max = 1h\n")
        served = self.connect(ports["living"])
        for _ in range(10):
            self.assertTrue(gone(self.connect(ports["dead"]), LONG))
            self.assertEqual(ask(served, b"x"), b"x")
        states = {row["service"]: row["state"] for row in self.shown("targets")["targets"]}
        self.assertEqual(states, {"dead": "dead", "living": "living"})
        status, text = self.http(p, "/readyz")
        self.assertEqual(status, 503)
        self.assertRegex(text, r"^dead: targets that can be used: 0 of 1")

    def test_a_drain_lets_the_clients_of_all_finish(self):
        target = self.target()
        p, ports = self.start({"plc1": target.port, "plc2": target.port}, BRIEF)
        clients = [self.serves(port) for port in ports.values()]
        p.signal()
        self.assertTrue(wait_until(lambda: not any(listens(port) for port in ports.values()), LONG), p.text())
        for c in clients:
            self.assertTrue(gone(c, LONG))
        self.assertEqual(p.wait(), 0, p.text())

    def test_a_port_in_use_names_the_service_and_starts_none(self):
        taken = self.taken()
        self.write("plc1", free_port(), 1)
        self.write("plc2", taken, 1)
        p = self.program("--services", self.folder)
        self.assertEqual(p.wait(), 71, p.text())
        self.assertIn("service plc2: cannot listen on 127.0.0.1:%d" % taken, p.text())
        self.assertEqual(self.running(p), [])

    # -- configuration

    def test_mistakes_of_several_files_are_told_at_once(self):
        self.write("plc1", 70000, 1)
        self.write("plc2", 5002, 1, more="[log]\nlevel = 3\n")
        self.write("plc3", 5003, 1)
        self.write("plc4", 5003, 1)
        p = self.program("--services", self.folder)
        self.assertEqual(p.wait(), 78, p.text())
        for text in ("plc1.ini: local.port = 70000: ", "plc2.ini: log.level: concerns the whole process; ",
                     "plc4.ini: local.port = 5003: the service plc4 would listen on 127.0.0.1:5003, where the service "
                     "plc3 (plc3.ini) does"):
            self.assertIn(text, p.text())

    def test_the_command_line_may_name_them_and_be_one(self):
        target, port = self.target(), free_port()
        self.write("anything", port, target.port)
        file = os.path.join(self.folder, "anything.ini")
        p = self.program("--service", "plc1=" + file, "--listen", "127.0.0.1:0", "--target", "127.0.0.1:%d" % target.port,
                         "--mode", "proxy")
        self.assertTrue(wait_until(lambda: len(self.running(p)) == 2, LONG), p.text())
        self.serves(port)
        self.assertEqual({r["service"] for r in self.running(p)}, {"main", "plc1"})
        checked = self.program("--service", "plc1=" + file, "--check-config")
        self.assertEqual(checked.wait(), 0)
        self.assertIn("OK: 1 service\nplc1: mode PROXY, 127.0.0.1:%d to 1 target" % port, checked.text())
        for args, text in ((("--service", "plc1"), "--service plc1: expected NAME=FILE"),
                           (("--service", "plc1=" + file, "--demo"), "--demo cannot be combined with services")):
            refused = self.program(*args)
            self.assertEqual(refused.wait(), 78, refused.text())
            self.assertIn(text, refused.text())

    # -- a reload

    def hup(self, p):
        """Reloads, and returns what is said of it."""
        def said():
            return [r["d"] if "d" in r else r["e"]["message"] for r in p.records()
                    if str(r.get("d", "")).startswith("Reloaded:") or r.get("e", {}).get("name") == "ReloadError"]
        before = len(said())
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: len(said()) > before, LONG), p.text())
        return said()[before:]

    def test_a_reload_adds_changes_and_removes_services(self):
        target = self.target()
        p, ports = self.start({"stays": target.port, "goes": target.port}, BRIEF + "delay = 1h\n")
        stays, goes = self.serves(ports["stays"]), self.serves(ports["goes"])
        ports["comes"] = free_port()
        self.write("comes", ports["comes"], target.port)
        self.write("stays", ports["stays"], target.port, more="[access]\ndeny = 127.0.0.0/8\n")
        os.remove(os.path.join(self.folder, "goes.ini"))
        self.assertEqual(self.hup(p), ["Reloaded: 3 settings changed (service comes added, stays: access.deny, "
                                       "service goes removed); 2 clients stay"])
        self.serves(ports["comes"])
        self.assertEqual(ask(stays, b"x"), b"x")
        self.assertTrue(gone(self.connect(ports["stays"])))  # it is denied
        self.assertTrue(wait_until(lambda: not listens(ports["goes"]), LONG))
        self.assertTrue(gone(goes, LONG))
        self.assertTrue(wait_until(  # it ends when its last client is gone
            lambda: {row["service"] for row in self.shown("targets")["targets"]} == {"comes", "stays"}, LONG))
        self.write("goes", ports["goes"], target.port)  # as it was
        self.assertIn("service goes added", self.hup(p)[0])
        self.serves(ports["goes"])
        self.assertEqual(self.hup(p)[0].split(";")[0], "Reloaded: nothing changed")

    def test_a_reload_is_applied_whole_or_not_at_all(self):
        target = self.target()
        p, ports = self.start({"plc1": target.port, "plc2": target.port})
        taken = self.taken()
        self.write("plc1", ports["plc1"], target.port, more="[access]\ndeny = 127.0.0.0/8\n")
        os.remove(os.path.join(self.folder, "plc2.ini"))
        self.write("plc3", taken, target.port)
        self.assertRegex(self.hup(p)[0], r"^service plc3: cannot listen on 127\.0\.0\.1:%d: .*; nothing was applied$" %
                         taken)
        for port in ports.values():
            self.serves(port)
        os.remove(os.path.join(self.folder, "plc3.ini"))
        self.write("plc2", ports["plc2"], target.port, more="[exchange]\nprotocol = resp\n")
        self.assertEqual(self.hup(p), ["plc2: exchange.protocol: needs a restart; nothing was applied"])
        self.write("plc1", 70000, target.port)
        self.assertRegex(self.hup(p)[0], r"^plc1\.ini: local\.port = 70000: ")
        for port in ports.values():
            self.serves(port)

    def test_services_that_come_and_go_leave_nothing_behind(self):
        target = self.target()
        p, ports = self.start({"stays": target.port}, BRIEF)
        served = self.serves(ports["stays"])
        self.hup(p)
        before = p.fds()
        ports["comes"] = free_port()
        for _ in range(20):
            self.write("comes", ports["comes"], target.port)
            self.assertIn("service comes added", self.hup(p)[0])
            with socket.create_connection(("127.0.0.1", ports["comes"]), LONG) as c:
                self.assertEqual(ask(c, b"x"), b"x")
                os.remove(os.path.join(self.folder, "comes.ini"))
                self.assertIn("service comes removed", self.hup(p)[0])
                self.assertEqual(ask(served, b"x"), b"x")
            self.assertTrue(wait_until(lambda: not listens(ports["comes"]), LONG), p.text())
        self.assertTrue(wait_until(lambda: len(self.shown("status")["services"]) == 1, LONG), p.text())
        self.hup(p)  # frees what is left of the last one
        self.assertFds(p, before)
        self.assertEqual({r["service"] for r in p.records() if r.get("d") == "Server stopped"}, {"comes"})

    def test_what_concerns_the_process_changes_once(self):
        target = self.target()
        p, _ = self.start({"plc1": target.port, "plc2": target.port})
        with open(self.main) as f:
            text = f.read()
        with open(self.main, "w") as f:
            f.write(text + "[log]\nlevel = 3\n")
        self.assertEqual(self.hup(p), ["Reloaded: 1 setting changed (log.level); 0 clients stay"])
        with open(self.main, "w") as f:
            f.write(text.replace("[io]\n", "[io]\nresolver_threads = 7\n"))
        self.assertEqual(self.hup(p)[-1], "io.resolver_threads: needs a restart; nothing was applied")

    def test_a_process_without_services_gets_none_by_a_reload(self):
        port, target = free_port(), self.target()
        path = os.path.join(os.path.dirname(self.folder), "main.json")
        single = {"local": {"host": "127.0.0.1", "port": port}, "target": [{"host": "127.0.0.1", "port": target.port}],
                  "exchange": {"mode": "proxy"}}

        def write(content):
            with open(path, "w") as f:
                json.dump(content, f)
        write(single)
        p = self.program("--config", path)
        self.assertTrue(wait_until(lambda: self.running(p), LONG), p.text())
        self.assertNotIn("service", self.running(p)[0])
        write({"services": {"plc1": single}})
        self.assertEqual(self.hup(p), ["services: to or from a process without them, it needs a restart; "
                                       "nothing was applied"])
        self.serves(port)

    # -- the admin port

    def test_what_is_shown_names_the_service(self):
        target = self.target()
        p, ports = self.start({"plc1": target.port, "plc2": target.port})
        clients = {name: self.serves(port) for name, port in ports.items()}
        self.assertEqual([(r["service"], r["id"]) for r in self.shown("clients")], [("plc1", 1), ("plc2", 1)])
        self.assertEqual([r["service"] for r in self.shown("clients plc2")], ["plc2"])
        self.assertEqual(self.command("show clients plc9"), (64, "plc9: there is no such service\n"))
        status = self.shown("status")
        self.assertEqual((status["listen"], status["clients"]), ("2 services", 2))
        self.assertEqual({(s["service"], s["listen"], s["clients"]) for s in status["services"]},
                         {(name, "127.0.0.1:%d" % port, 1) for name, port in ports.items()})
        self.assertEqual(self.command("kill client 1")[0], 64)
        self.assertEqual(self.command("kill client 1 plc1"), (0, "clients closed: 1\n"))
        self.assertTrue(gone(clients["plc1"], LONG))
        self.assertEqual(ask(clients["plc2"], b"x"), b"x")
        self.assertEqual(self.command("kill address 127.0.0.0/8"), (0, "clients closed: 1\n"))
        self.assertTrue(gone(clients["plc2"], LONG))

    def test_metrics_and_pages_name_the_service(self):
        target = self.target()
        p, ports = self.start({"plc1": target.port, "plc2": target.port})
        self.serves(ports["plc2"])
        self.assertEqual(self.http(p, "/livez"), (200, "ok\n"))
        self.assertTrue(wait_until(lambda: self.http(p, "/readyz") == (200, "ok\n")))
        text = self.http(p, "/metrics")[1]
        self.assertIn('\nproximux_client_connections{service="plc1"} 0\n', text)
        self.assertIn('\nproximux_client_connections{service="plc2"} 1\n', text)
        self.assertIn('proximux_target_up{service="plc1",target="1",address="127.0.0.1:%d"} 1\n' % target.port, text)
        self.assertIn("\nproximux_log_records_dropped_total 0\n", text)
        self.assertEqual(text.count("\nproximux_build_info{"), 1)
        series = [line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(len(series), len(set(series)))
        self.assertIn("plc2 1: 127.0.0.1:%d" % target.port, self.http(p, "/")[1])
        self.assertRegex(self.http(p, "/?csv")[1], r"\nproxy,127\.0\.0\.1:%d,.*,plc2\r\n" % ports["plc2"])
        config = self.http(p, "/config")[1]
        self.assertEqual(len(re.findall(r"(?m)^log\.level = ", config)), 1)
        self.assertIn("\n; service plc2\nlocal.host = 127.0.0.1", config)
        windows.need_unix_sockets()
        top = self.program("top", "--socket", self.path, "--interval", "1")
        self.assertTrue(wait_until(lambda: "plc2 1: 127.0.0.1" in top.text(), LONG), top.text())
        self.assertEqual((p.end(), top.wait()), (0, 69))  # nobody answers it any more

    def test_the_service_manager_is_told_how_many_there_are(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self.path + ".notify")
            manager.settimeout(LONG)
            for name in ("plc1", "plc2"):
                self.write(name, free_port(), 1)
            self.program("--services", self.folder, env={"NOTIFY_SOCKET": self.path + ".notify"})
            self.assertEqual(manager.recv(1000), b"READY=1\nSTATUS=Serving 2 services")
