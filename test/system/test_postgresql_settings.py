"""PostgreSQL in fifo and funnel with scripted servers: settings of a client's session on whichever connection serves it."""
import random
import threading

from harness import LONG
from postgres import EXECUTE, SYNC, Error, Server, bind, error, message, parse, query, texts
from postgres_case import SharedPostgresqlCase


class Settings:
    """The script of a server that knows settings: a SELECT is answered with those of its session, in order."""

    def __init__(self, refuses=()):
        self.sessions, self.refuses, self.aligned = {}, refuses, 0

    def __call__(self, server, session, kind, body):
        if kind != b"Q":
            return False
        if session.number not in self.sessions:
            name = server.logins[session.number - 1].get("application_name", "")
            self.sessions[session.number] = (name, {"application_name": "E'%s'" % name})
        first, settings = self.sessions[session.number]
        done = b""
        for sql in body[:-1].decode().split(";"):
            words = sql.replace("=", " ").split()
            if not words:
                continue
            if any(word in sql for word in self.refuses):
                done += error("57014", "no")
                break
            if words[0] == "SET":
                settings[words[1]] = words[-1]
            elif words == ["DISCARD", "ALL"] or words == ["RESET", "ALL"]:
                settings.clear()
                settings["application_name"] = "E'%s'" % first
            elif words[0] == "RESET":
                settings.pop(words[1], None)
            self.aligned += words[0] in ("SET", "RESET") and sql + ";" in body.decode()
            done += session.done(" ".join("%s=%s" % pair for pair in sorted(settings.items())) if words[0] == "SELECT" else sql)
        session.s.sendall(done + session.ready())
        return True


class PostgresqlSettings(SharedPostgresqlCase):
    @staticmethod
    def shown(c):
        """What a client sees of its settings."""
        return dict(pair.split("=") for pair in c.query("SELECT 1")[0][0].rpartition("@")[0].split(" "))

    def test_everybody_sees_the_settings_of_its_own(self):
        for mode, connections in (("fifo", 1), ("funnel", 1), ("funnel", 3)):
            script = Settings()
            server = Server(script)
            proxy = self.share(server, mode=mode, connections=connections)
            wrong = []

            def work(seed, proxy=proxy, wrong=wrong):
                rng = random.Random(seed)
                first = {"application_name": "E'%s'" % ("app%d" % seed if seed % 2 else "")}
                mine = dict(first)
                c = self.connect(proxy, **({"application_name": "app%d" % seed} if seed % 2 else {}))
                for _ in range(60):
                    name, value = rng.choice("abc"), str(rng.randrange(3))
                    act = rng.randrange(10)
                    if act < 2:
                        c.query("SET %s = %s" % (name, value))
                        mine[name] = value
                    elif act == 2:
                        c.query("RESET %s" % name)
                        mine.pop(name, None)
                    elif act == 3:
                        c.query(rng.choice(("DISCARD ALL", "RESET ALL")))
                        mine = dict(first)
                    elif self.shown(c) != mine:
                        wrong.append((seed, mine))
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG)
            self.assertEqual(wrong, [])
            self.assertLessEqual(server.most, connections)
            self.assertGreater(script.aligned, 0)

    def test_a_setting_counts_only_when_it_was_made(self):
        proxy = self.share(Server(Settings(refuses=("bad",))), connections=1)
        c = self.connect(proxy)
        with self.assertRaises(Error):
            c.query("SET a = bad")
        self.assertEqual(self.shown(c), {"application_name": "E''"})
        c.s.sendall(query("SET a = good") + query("SELECT 1"))  # the second does not overtake
        c.until()
        self.assertIn(b"a=good", c.until()[0][1])

    def test_settings_by_the_extended_protocol_follow_too(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        c.ask(parse("SET a = 1") + bind() + EXECUTE + SYNC)
        self.connect(proxy).query("SELECT 1")
        c.query("SELECT 2")
        told = [body for _, kind, body in server.asked if kind == b"Q"]
        self.assertEqual(told, [b"RESET a;\0", b"SELECT 1\0", b"SET a=1;\0", b"SELECT 2\0"])

    def test_a_target_that_refuses_settings_costs_nobody_else(self):
        script = Settings(refuses=("slow",))
        proxy = self.share(Server(script), connections=1)
        c = self.connect(proxy)
        script.refuses = ()
        c.query("SET slow = 1")
        script.refuses = ("slow",)
        self.assertEqual(self.shown(self.connect(proxy)), {"application_name": "E''"})
        self.refused(lambda: c.query("SELECT 1"), "ERROR", "57014")
        self.assertEqual(self.shown(self.connect(proxy)), {"application_name": "E''"})

    def test_the_parameters_of_a_welcome_are_the_clients_own(self):
        def login(server, s, settings):
            s.sendall(message(b"R", b"\0" * 4) + message(b"S", texts("application_name", settings["application_name"])) +
                      message(b"K", b"\0" * 8) + message(b"Z", b"I"))
            return True
        proxy = self.share(Server(login=login), connections=1)
        for name in ("one", "two", "it's"):
            self.assertEqual(self.connect(proxy, application_name=name).parameters, {"application_name": name})
