"""Limits per client address: how many clients, how often they come, and that nobody else feels it."""
import os
import signal
import socket
import tempfile
import threading

from admin_client import AdminProxy, samples
from harness import LONG, Case, ask, gone, read_all, read_line, reset, state, wait_until

REFUSED = 'proximux_client_connections_refused_total{reason="%s"}'


class AddressLimits(Case):
    def limited(self, mode="proxy", args=(), admin=False, path=None, **limits):
        """A proxy with these settings of the section `limits`. path: of its admin socket."""
        settings = {"limits." + name: value for name, value in limits.items()}
        if mode != "proxy":
            settings["exchange.protocol"] = "line"
        if not admin:
            return self.proxy(self.target(), mode=mode, args=args, settings=settings)
        p = AdminProxy(self.target(), mode=mode, args=args, settings=settings, path=path)
        self.addCleanup(self.ended, p)
        return p

    def connect(self, p, address="127.0.0.2"):
        """A client with this address."""
        c = socket.create_connection(("127.0.0.1", p.port), LONG, (address, 0))
        self.addCleanup(c.close)
        return c

    def served(self, p, address="127.0.0.2"):
        """A client of this address that gets an answer, or None."""
        c = self.connect(p, address)
        try:
            return c if ask(c, b"hello") == b"hello" else None
        except (OSError, EOFError):
            return None

    def assertLoggedOnce(self, p, setting):
        """That clients were refused because of this setting."""
        def refusals():
            return [r for r in p.records() if "refused: " + setting in str(r.get("d", ""))]
        self.assertTrue(wait_until(refusals), p.text())
        self.assertEqual(len(refusals()), 1)

    def test_an_address_has_so_many_connections(self):
        for threads in ("1", "3"):
            p = self.limited(args=["--set", "io.threads=" + threads], connections=3)
            clients = [self.served(p) for _ in range(3)]
            self.assertNotIn(None, clients)
            refused = self.connect(p)
            self.assertTrue(gone(refused))
            self.assertIsNotNone(p.record(lambda r, port=refused.getsockname()[1]: r["d"] ==
                                          "Connection from 127.0.x.x:%d refused: limits.connections" % port))
            self.assertIsNotNone(self.served(p, "127.0.0.3"))
            clients[0].close()
            self.assertTrue(wait_until(lambda p=p: self.served(p)))
            for c in clients[1:]:
                self.assertEqual(ask(c, b"still there"), b"still there")

    def test_an_address_comes_so_often(self):
        p = self.limited(connection_rate="1/m", connection_burst=3)
        served = [self.served(p) is not None for _ in range(5)]
        self.assertEqual(served, [True] * 3 + [False] * 2)
        self.assertIsNotNone(self.served(p, "127.0.0.3"))
        self.assertLoggedOnce(p, "limits.connection_rate")

    def test_an_address_that_tries_all_the_time_is_served_at_its_rate(self):
        p = self.limited(connection_rate="20/s", connection_burst=1)
        self.assertIsNotNone(self.served(p))
        for _ in range(3):
            self.assertTrue(wait_until(lambda: self.served(p), step=0))

    def test_exempt_addresses_have_no_limit(self):
        p = self.limited(connections=1, connection_rate="1/m", exempt="127.0.0.2, 127.0.8.0/24, ::1")
        for address in ("127.0.0.2", "127.0.8.1"):
            self.assertNotIn(None, [self.served(p, address) for _ in range(3)])
        self.assertIsNotNone(self.served(p, "127.0.0.3"))
        self.assertIsNone(self.served(p, "127.0.0.3"))

    def test_addresses_with_the_same_prefix_are_one(self):
        p = self.limited(connections=1, prefix4=24)
        self.assertIsNotNone(self.served(p, "127.0.5.1"))
        self.assertIsNone(self.served(p, "127.0.5.2"))
        self.assertIsNotNone(self.served(p, "127.0.6.1"))

    def test_ipv4_clients_of_an_ipv6_listener_have_addresses_of_their_own(self):
        try:
            p = self.proxy(self.target(), listen="[::]:0", settings={"limits.connections": "1"})
        except AssertionError:
            self.skipTest("no IPv6 here")
        for address in ("127.0.0.2", "127.0.0.3"):
            self.assertIsNotNone(self.served(p, address))
            self.assertIsNone(self.served(p, address))
        six = self.client(p)
        self.assertEqual(ask(six, b"six"), b"six")
        self.assertTrue(gone(self.client(p)))

    def test_a_refused_client_sees_the_end_or_a_reset(self):
        for action, seen in (("close", "EOF"), ("reset", "RESET")):
            p = self.limited(connections=1, action=action)
            self.assertIsNotNone(self.served(p))
            try:
                self.assertEqual(state(self.connect(p)), seen)
            except ConnectionResetError:  # before connect() returned
                self.assertEqual(seen, "RESET")

    def test_a_reload_changes_limits_and_closes_nobody(self):
        p, reload = self.reloaded(connections=3)
        clients = [self.served(p) for _ in range(3)]
        self.assertNotIn(None, clients)
        reload(connections=1)
        for c in clients:
            self.assertEqual(ask(c, b"still there"), b"still there")
        self.assertIsNone(self.served(p))
        reload(connections=4)
        clients.append(self.served(p))
        self.assertNotIn(None, clients)
        self.assertIsNone(self.served(p))
        reload(connections=0)
        self.assertNotIn(None, [self.served(p) for _ in range(3)])

    def reloaded(self, mode="proxy", **limits):
        """A proxy with these limits, and what reloads it with others."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "limits.ini")

        def write(limits):
            with open(path, "w") as f:
                f.write("[limits]\n" + "".join("%s = %s\n" % each for each in limits.items()))

        def records():
            return len([r for r in p.records() if str(r.get("d", "")).startswith("Reloaded:")])

        def reload(**limits):
            before = records()
            write(limits)
            p.signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: records() > before, LONG), p.text())
        write(limits)
        p = self.limited(mode, args=["--config", path], admin=True, path=os.path.join(folder.name, "admin.sock"))
        return p, reload

    def test_clients_that_ask_too_often_wait(self):
        for mode in ("fifo", "funnel"):
            p, reload = self.reloaded(mode, request_rate="1/m", exempt="127.0.0.3")
            c = self.connect(p)
            c.sendall(b"1\n2\n3\n")
            self.assertEqual(read_line(c), b"1\n")
            again = self.connect(p)  # it is the rate of the address
            again.sendall(b"4\n")
            self.assertTrue(wait_until(lambda p=p: self.over_their_rate(p) == 2), p.shown("clients"))
            other = self.connect(p, "127.0.0.3")
            for n in range(100):
                self.assertEqual(ask(other, b"%d" % n), b"%d" % n)
            for one in (c, again):
                self.assertEqual(state(one, 0.1), "OPEN")  # silence itself is tested
                one.settimeout(LONG)
            reload(request_rate="0")
            self.assertEqual((read_line(c), read_line(c), read_line(again)), (b"2\n", b"3\n", b"4\n"))

    @staticmethod
    def over_their_rate(p):
        return sum(client["state"] == "over its rate" for client in p.shown("clients"))

    def test_a_rate_of_requests_loses_none(self):
        p = self.limited("fifo", request_rate="20/s")
        c = self.connect(p)
        c.sendall(b"".join(b"%d\n" % n for n in range(60)))
        c.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(c), b"".join(b"%d\n" % n for n in range(60)))

    def test_new_clients_are_refused_while_the_process_has_too_much_memory(self):
        p, reload = self.reloaded(memory="0")
        before = self.served(p)
        reload(memory="1M")
        self.assertIsNone(self.served(p))
        self.assertLoggedOnce(p, "limits.memory")
        self.assertEqual(samples(p.http("/metrics")[1])[REFUSED % "memory"], 1)
        self.assertEqual(ask(before, b"still there"), b"still there")
        reload(memory="64G")
        self.assertIsNotNone(self.served(p))

    def test_refused_clients_are_counted_and_logged_once(self):
        p = self.limited(admin=True, connections=1, table=2)
        inside = [self.served(p, "127.0.0.2"), self.served(p, "127.0.0.3")]
        self.assertNotIn(None, inside)
        for _ in range(10):
            self.assertTrue(gone(self.connect(p, "127.0.0.2")))
        self.assertTrue(gone(self.connect(p, "127.0.0.4")))
        # one that sees its connection closed may do so before it is no longer counted
        self.assertTrue(wait_until(lambda: samples(p.http("/metrics")[1])["proximux_client_connections"] == 2))
        values = samples(p.http("/metrics")[1])
        self.assertEqual((values[REFUSED % "address"], values[REFUSED % "table"]), (10, 1))
        self.assertEqual(values["proximux_client_connections_accepted_total"], 13)
        self.assertLoggedOnce(p, "limits.connections")
        self.assertLoggedOnce(p, "limits.table is full")
        inside[0].close()
        self.assertTrue(wait_until(lambda: self.served(p, "127.0.0.4")))  # the table has room again

    def test_a_flood_from_one_address_leaves_the_others_alone(self):
        for mode in ("proxy", "fifo"):
            p = self.limited(mode, admin=True, connections=2, action="reset")
            other = self.served(p, "127.0.0.3")
            self.assertIsNotNone(other)
            inside = [self.served(p) for _ in range(2)]
            self.assertNotIn(None, inside)
            over = threading.Event()

            def flood(leave, p=p, over=over):
                while not over.is_set():
                    try:
                        leave(socket.create_connection(("127.0.0.1", p.port), LONG, ("127.0.0.2", 0)))
                    except OSError:  # it was refused before it was bound or reset
                        pass

            def refused(s):
                with s:
                    gone(s)
            # Windows accepts none that has left before
            threads = [threading.Thread(target=flood, args=(leave,), daemon=True) for leave in (reset, refused)]
            for thread in threads:
                thread.start()
            asked = 0

            def flooded(p=p):
                return samples(p.http("/metrics")[1])[REFUSED % "address"] >= 1000
            while asked < 500 or asked % 100 or not flooded():
                line = b"%d" % asked
                self.assertEqual(ask(other, line), line)
                asked += 1
            over.set()
            for thread in threads:
                thread.join()
            self.assertTrue(flooded())
            for c in inside:
                self.assertEqual(ask(c, b"still there"), b"still there")
