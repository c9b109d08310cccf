"""The configuration from outside: every layer, every mistake at once, exit codes."""
import json
import os
import tempfile
import unittest

from harness import Case


class Config(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(content)
        return path

    def run_it(self, *args, **env):
        p = self.program(*args, env=env)
        code = p.wait()
        return code, "\n".join(p.out), "\n".join(p.err)

    def test_one_run_names_every_mistake_of_every_layer(self):
        ini = self.file("a.ini", "[local]\nport = 12abc\nbaklog = 5\n")
        js = self.file("b.json", json.dumps({"exchange": {"protocol": "morse"}, "localServerPrt": 1}))
        code, _, err = self.run_it("--config", ini, "--config", js, "--log-level", "9", "--nonsense",
                                   PROXIMUX_EXCHANGE_PROTOCL="x", PROXY_INACTIVE_TIMEOUT="soon", TARGET_PORT_1="0")
        self.assertEqual(code, 78)
        for expected in ("local.port = 12abc (a.ini): not a whole number; expected 0..65535",
                         "local.baklog (a.ini): unknown; the nearest known setting is local.backlog",
                         "exchange.protocol = morse (b.json): unknown; expected one of auto, raw, line",
                         "localServerPrt (b.json): unknown",
                         "exchange.protocl (environment PROXIMUX_EXCHANGE_PROTOCL): unknown",
                         "pool.inactive_timeout = soon (environment PROXY_INACTIVE_TIMEOUT): not a duration",
                         "target.1.port = 0 (environment TARGET_PORT_1): out of range; expected 1..65535",
                         "log.level = 9 (command line --log-level): out of range; expected 0..3",
                         "--nonsense: unknown option"):
            self.assertIn(expected, err)
        self.assertNotIn("missing", err)  # the unknown option may have been meant for it

    def test_each_kind_of_value_that_is_missing_is_named(self):
        code, _, err = self.run_it("--set", "log.level=1")
        self.assertEqual((code, [line.split()[0] for line in err.splitlines()]),
                         (78, ["local.port", "target.1.host", "target.1.port"]))

    def test_without_arguments_it_shows_the_first_steps(self):
        code, out, err = self.run_it()
        self.assertEqual((code, out), (78, ""))
        for words in ("proximux --demo", "proximux --help", "proximux --listen PORT --target HOST:PORT --mode proxy"):
            self.assertIn(words, err)
        self.assertNotIn("local.port", err)

    def test_a_wrong_option_is_all_that_is_said(self):
        for args, expected in ((["--foo"], "--foo: unknown option; see --help"),
                               (["--lisen", "80"], "--lisen: unknown option; the nearest known option is --listen"),
                               (["help"], "help: unexpected argument; the nearest known option is --help"),
                               (["--config", "/gone.ini"], "--config /gone.ini: no such file")):
            code, out, err = self.run_it(*args)
            self.assertEqual((code, out, err.splitlines()[0]), (78, "", expected))
        self.assertEqual(len(err.splitlines()), 1)

    @unittest.skipUnless(os.geteuid() == 0, "drops the rights of root")
    def test_a_file_without_permission_is_refused_with_the_reason(self):
        path = self.file("secret.ini", "[local]\nport = 1\n")
        os.chmod(path, 0o600)
        os.chmod(self.folder, 0o755)
        p = self.program("--config", path, preexec=lambda: os.setuid(65534))
        self.assertEqual((p.wait(), p.err), (78, ["--config %s: cannot be read: Permission denied" % path]))

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_output_that_cannot_be_written_is_a_failure(self):
        for args in (["--print-config", "--listen", "0", "--target", "a:1"], ["--help"], ["decode", "--help"]):
            with open("/dev/full", "w") as full:
                p = self.program(*args, stdout=full)
            self.assertEqual((p.wait(), len(p.err)), (74, 1))
            self.assertRegex(p.err[0], "^proximux: cannot write to stdout: (No space left on device|Disk full)$")

    def test_a_reader_that_has_read_enough_is_no_failure_to_speak_of(self):
        for args in (["--help"], ["decode", "--help"]):
            reader, writer = os.pipe()
            os.close(reader)
            p = self.program(*args, stdout=writer)
            os.close(writer)
            self.assertEqual((p.wait(), p.err), (74, []))

    def test_tools_take_the_name_of_a_server(self):
        self.assertEqual(self.run_it("decode", "--protocol", "redis", "-"), (0, "", ""))

    def test_check_config_tells_of_a_mode_that_was_not_chosen(self):
        code, out, _ = self.run_it("--listen", "0", "--target", "a:1", "--check-config")
        self.assertEqual(code, 0)
        self.assertIn("a server that speaks first (MySQL, SSH, SMTP) needs exchange.mode = proxy (--mode proxy)", out)

    def test_mistakes_are_said_at_log_level_zero(self):
        code, _, err = self.run_it(LOG_LEVEL="0")
        self.assertEqual(code, 78)
        self.assertIn("LOCAL_PORT", err)

    def test_check_config(self):
        good = ("--listen", "0", "--target", "a:1", "--mode", "proxy", "--check-config")
        code, out, err = self.run_it(*good)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("PROXY", out)
        self.assertEqual(self.run_it(*good, "--set", "log.level=x")[0], 78)

    def test_a_variable_of_another_program_is_named_and_ignored(self):
        good = ("--listen", "0", "--target", "a:1", "--mode", "proxy", "--check-config")
        code, out, err = self.run_it(*good, LOG_LEVEL="info")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("environment LOG_LEVEL = info: ignored", out)
        code, _, err = self.run_it(*good, PROXIMUX_LOG_LEVEL="info")
        self.assertEqual(code, 78)
        self.assertIn("log.level = info (environment PROXIMUX_LOG_LEVEL): not a whole number", err)
        p = self.proxy(self.target(), env={"LOG_LEVEL": "info"})
        self.assertIsNotNone(p.record(lambda r: r["l"] == 2 and "LOG_LEVEL = info" in r["d"]), p.text())

    def test_print_config_tells_values_and_layers(self):
        ini = self.file("a.ini", "[log]\nlevel = 1\n[local]\nport = 1\n")
        code, out, _ = self.run_it("--config", ini, "--target", "a:1", "--mode", "proxy", "--print-config",
                                   LOG_LEVEL="3")
        self.assertEqual(code, 0)
        lines = {line.split(" = ")[0]: line for line in out.splitlines()}
        self.assertRegex(lines["log.level"], r"= 3 +; environment LOG_LEVEL")
        self.assertRegex(lines["local.port"], r"= 1 +; a.ini")
        self.assertRegex(lines["target.1.host"], r"= a +; command line --target")
        self.assertRegex(lines["io.threads"], r"= 1 +; default")

    def test_help_and_version(self):
        code, out, _ = self.run_it("--help")
        self.assertEqual(code, 0)
        for word in ("--listen", "pool.connect_timeout", "exchange.mode"):
            self.assertIn(word, out)
        for name in ("target.N.host", "target.1.host", "TARGET_HOST_1", "PROXIMUX_TARGET_1_HOST"):
            code, out, _ = self.run_it("--help", name)
            self.assertEqual((code, out.splitlines()[0]), (0, "target.N.host"))
        code, out, err = self.run_it("--help", "exchange.pairin")
        self.assertEqual((code, out, err),
                         (64, "", "exchange.pairin: unknown; the nearest known setting is exchange.pairing"))
        code, out, _ = self.run_it("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"\d+\.\d+\.\d+")

    def test_the_mode_follows_from_the_numbers(self):
        for args, mode in (((), "FIFO"), (("--target", "b:2"), "FUNNEL"), (("--max-connections", "1"), "PROXY"),
                           (("--mode", "funnel"), "FUNNEL"), (("--target", "b:2", "--mode", "fifo"), "FIFO")):
            code, out, err = self.run_it("--listen", "0", "--target", "a:1", *args, "--check-config")
            self.assertEqual((code, err), (0, ""))
            self.assertIn("mode %s," % mode, out)

    def test_layers(self):
        ini = self.file("a.ini", "[log]\nlevel = 0\ndata_limit = 100\nfile_count = 1\nqueue = 11\n")
        js = self.file("a.json", json.dumps({"log": {"data_limit": 200, "file_count": 2, "queue": 12}}))
        code, out, err = self.run_it("--config", js, "--config", ini, "--listen", "0", "--target", "a:1",
                                     "--mode", "proxy", "--set", "log.queue=14", "--print-config",
                                     PROXIMUX_LOG_FILE_COUNT="3", PROXIMUX_LOG_QUEUE="13")
        self.assertEqual(code, 0, err)
        values = dict(line.split(";")[0].split(" = ") for line in out.splitlines())
        values = {k: v.strip() for k, v in values.items()}
        self.assertEqual([values["log." + k] for k in ("level", "data_limit", "file_count", "queue")],
                         ["0", "200", "3", "14"])

    def test_each_layer_alone_names_itself_and_what_is_expected(self):
        good = ["--listen", "0", "--target", "a:1", "--mode", "proxy", "--check-config"]
        ini = self.file("bad.ini", "[pool]\nconnect_timeout = 5 parsecs\n")
        js = self.file("bad.json", json.dumps({"pool": {"connect_timeout": "5 parsecs"}}))
        for name, args, env in (("bad.ini", ["--config", ini], {}), ("bad.json", ["--config", js], {}),
                                ("environment PROXIMUX_POOL_CONNECT_TIMEOUT", [],
                                 {"PROXIMUX_POOL_CONNECT_TIMEOUT": "5 parsecs"}),
                                ("command line", ["--set", "pool.connect_timeout=5 parsecs"], {})):
            with self.subTest(name):
                code, out, err = self.run_it(*good, *args, **env)
                self.assertEqual((code, out), (78, ""))
                self.assertRegex(err, r"pool\.connect_timeout = 5 parsecs \(%s.*\): .*; expected " % name)

    def test_names_of_the_original_in_the_environment_and_in_json(self):
        env = {"LOG_LEVEL": "1", "LOCAL_HOST": "127.0.0.1", "LOCAL_PORT": "3307", "LOCAL_IPV6_ONLY": "0",
               "LOCAL_MAX_CONNECTIONS": "2", "EXCHANGE_FUNNEL_ASYNC": "0", "PROXY_INACTIVE_TIMEOUT": "1500",
               "PROXY_CONNECTIONS_CNT": "2", "TARGET_HOST_1": "a", "TARGET_PORT_1": "1",
               "TARGET_CONN_1_KEEP_ALIVE": "1",
               "TARGET_HOST_2": "b", "TARGET_PORT_2": "2", "TARGET_HOST_3": "beyond", "TARGET_PORT_3": "3"}
        js = self.file("original.json", json.dumps({
            "logLevel": 1, "localServerHost": "127.0.0.1", "localServerPort": 3307, "localServerIpv6Only": 0,
            "localServerMaxConnections": 2, "exchangeFunnelAsync": 0, "proxyInactivityTimeout": 1500,
            "proxyConnectionsCount": 2,
            "targetServers": [{"host": "a", "port": 1, "keepAlive": 1}, {"host": "b", "port": 2}]}))
        want = {"log.level": "1", "local.host": "127.0.0.1", "local.port": "3307", "local.max_connections": "2",
                "target.1.host": "a", "target.1.port": "1", "target.1.keep_alive": "1", "target.2.host": "b",
                "target.2.port": "2", "pool.connections": "2"}
        for args, extra in (((), env), (("--config", js), {})):
            code, out, err = self.run_it("--print-config", *args, **extra)
            self.assertEqual(code, 0, err)
            values = {k: v.strip() for k, v in (line.split(";")[0].split(" = ") for line in out.splitlines())}
            self.assertEqual({k: values[k] for k in want}, want)
            self.assertIn(values["pool.inactive_timeout"], ("1500", "1500ms"))
            self.assertNotIn("target.3.host", values)
            code, out, err = self.run_it("--check-config", *args, **extra)
            self.assertEqual(code, 0, err)
            self.assertIn("PROXY", out)  # as many clients as target connections

    def test_an_empty_variable_is_an_absent_one(self):
        code, _, err = self.run_it("--target", "a:1", "--mode", "proxy", LOCAL_PORT="", PROXIMUX_LOCAL_HOST="")
        self.assertEqual(code, 78)
        self.assertIn("LOCAL_PORT", err)
        self.assertNotIn("LOCAL_HOST", err)

    def test_variables_of_others_are_left_alone(self):
        code, out, err = self.run_it("--listen", "0", "--target", "a:1", "--mode", "proxy", "--check-config",
                                     PROXIMUX_CMD="x", PROXIMUX_SERVICE_HOST="10.0.0.1",
                                     PROXIMUX_PORT_3307_TCP="tcp://10.0.0.1:3307")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("environment PROXIMUX_CMD: ignored; no setting has this name", out)
        self.assertNotIn("PROXIMUX_SERVICE_HOST", out)

    def test_files_that_cannot_be_read_or_understood_are_named(self):
        for name, content, expected in (("gone.ini", None, "gone.ini"), ("bad.json", "{\"local\": ", "bad.json"),
                                        ("list.json", "[1]", "list.json"), ("what.txt", "", "what.txt")):
            with self.subTest(name):
                path = os.path.join(self.folder, name) if content is None else self.file(name, content)
                code, _, err = self.run_it("--config", path, "--listen", "0", "--target", "a:1", "--mode", "proxy")
                self.assertEqual(code, 78, err)
                self.assertIn(expected, err)

    def test_access_lists_are_checked_strictly(self):
        for bad in ("10.0.0.0/33", "10.0.0", "010.0.0.1", "::/129", "10.0.0.1/", "localhost", "10.0.0.1 10.0.0.2"):
            with self.subTest(bad):
                code, _, err = self.run_it("--listen", "0", "--target", "a:1", "--mode", "proxy", "--check-config",
                                           "--set", "access.deny=" + bad)
                self.assertEqual(code, 78)
                self.assertIn("access.deny", err)
