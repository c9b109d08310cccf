"""Headers of the PROXY protocol: from clients that come through a load balancer, and to targets."""
import os
import signal
import socket
import tempfile
import time

import proxy_header as header
from admin_client import samples
from harness import LONG, SLOW, ask, echo, free_port, gone, read_line, reset, wait_until
from proxy_header import CHECKS, ON, ProxyHeaders

REFUSED = 'proximux_client_connections_refused_total{reason="preface"}'


class FromClients(ProxyHeaders):
    def test_the_announced_address_is_that_of_the_client(self):
        p = self.behind()
        for number, (head, name) in enumerate((
                (header.line(), "192.0.2.1:50000"), (header.binary(), "192.0.2.1:50000"),
                (header.line("2001:db8::7", 1, "::1"), "2001:db8::7:1"),
                (header.binary("2001:db8::7", 1, "::1"), "2001:db8::7:1")), 1):
            c = self.said(p, head + b"hello\n")
            self.assertEqual(read_line(c), b"hello\n")
            c.close()
            r = p.record(lambda r, n=number: r["d"]["id"] == n and "end" in r["d"])["d"]
            self.assertEqual((r["client"], r["via"]), (name, "127.0.0.1"))

    def test_a_header_that_names_nobody_leaves_the_address(self):
        p = self.behind()
        for head in (b"PROXY UNKNOWN\r\n", header.BEGIN + b"\x21\0\0\x03abc"):
            c = self.said(p, head + b"hello\n")
            self.assertEqual(read_line(c), b"hello\n")
            name = "127.0.0.1:%d" % c.getsockname()[1]
            c.close()
            self.assertEqual(self.record_of(p, name)["via"], "127.0.0.1")

    def test_it_may_come_byte_by_byte(self):
        p = self.behind()
        for head in (header.line(), header.binary()):
            c = self.client(p)
            c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in head + b"hello\n":
                c.sendall(bytes((byte,)))
                time.sleep(0.001)  # so that each is read alone
            self.assertEqual(read_line(c), b"hello\n")

    def test_large_requests_follow_at_once(self):
        sent = os.urandom(1 << 20)
        p = self.behind()
        c = self.client(p)
        c.sendall(header.binary(tlvs=header.tlv(0x04, bytes(4000))))
        got = bytearray()

        def both():
            done = 0
            while done < len(sent):
                done += c.send(sent[done:done + 65536])
                while len(got) < done:
                    got.extend(c.recv(65536))
        both()
        self.assertEqual(bytes(got), sent)

    def test_in_fifo_and_funnel_too(self):
        for mode in ("fifo", "funnel"):
            p = self.admin(mode)
            clients = [self.said(p, header.line("192.0.2.%d" % i) + b"%d\n" % i) for i in (1, 2, 3)]
            for i, c in enumerate(clients, 1):
                self.assertEqual(read_line(c), b"%d\n" % i)
            self.assertEqual(sorted(each["address"] for each in p.shown("clients")),
                             ["192.0.2.%d:50000" % i for i in (1, 2, 3)])

    def test_access_is_by_the_announced_address(self):
        p = self.behind(access__deny="192.0.2.0/24")
        denied = self.said(p, header.line("192.0.2.9") + b"hello\n")
        self.assertTrue(gone(denied))
        self.assertTrue(p.record(lambda r: r["d"] == "Connection from 192.0.2.9:50000 refused: access.deny"))
        self.assertEqual(read_line(self.said(p, header.line("198.51.100.9") + b"hello\n")), b"hello\n")

    def test_limits_are_by_the_announced_address(self):
        p = self.behind(limits__connections="1", limits__exempt="127.0.0.0/8")
        first = self.said(p, header.line("192.0.2.1") + b"hello\n")
        self.assertEqual(read_line(first), b"hello\n")
        self.assertTrue(gone(self.said(p, header.line("192.0.2.1", 50001) + b"hello\n")))
        self.assertEqual(read_line(self.said(p, header.line("192.0.2.2") + b"hello\n")), b"hello\n")
        first.close()

        def again():
            with self.client(p) as c:
                c.sendall(header.line("192.0.2.1") + b"hello\n")
                return not gone(c)
        self.assertTrue(wait_until(again))

    def test_a_socket_that_may_not_come_is_refused_before_its_header(self):
        p = self.behind(limits__connections="1")
        first = self.client(p)
        first.sendall(header.line()[:10])
        self.assertTrue(wait_until(lambda: p.fds() and not self.is_free(p)))
        first.sendall(header.line()[10:] + b"hello\n")
        self.assertEqual(read_line(first), b"hello\n")

    def is_free(self, p):
        """Whether its address may connect now: with one connection allowed it may not."""
        with self.client(p) as c:
            return not gone(c, 0.2 * SLOW)

    def test_others_than_those_named_send_none(self):
        p = self.behind(local__proxy_from="127.0.0.2, ::1")
        c = self.client(p, source="127.0.0.2")
        c.sendall(header.line() + b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")
        other = self.client(p, source="127.0.0.3")
        other.sendall(header.line())
        self.assertEqual(read_line(other), header.line())  # it is the client's own
        name = "127.0.0.3:%d" % other.getsockname()[1]
        other.close()
        self.assertNotIn("via", self.record_of(p, name))

    def test_what_is_no_header_is_refused_and_told_once(self):
        p = self.admin()
        refused = [b"GET / HTTP/1.1\r\n\r\n", b"PROXY TCP4 192.0.2.01 1.1.1.1 1 1\r\n", b"PROXY UNKNOWN" + b"x" * 200,
                   header.BEGIN + b"\x21\x12\0\x0c" + bytes(12), header.BEGIN + b"\x21\x11\xff\xff" + bytes(100)]
        for bad in refused:
            self.assertTrue(gone(self.said(p, bad)), bad)

        def told():
            return [r["e"] for r in p.records() if r.get("e", {}).get("name") == "PrefaceError"]
        self.assertTrue(wait_until(told))
        self.assertRegex(told()[0]["message"], r"^Connection from 127\.0\.x\.x:\d+ refused: a PROXY header was expected$")
        self.assertTrue(wait_until(lambda: samples(p.http("/metrics")[1]).get(REFUSED) == len(refused)))
        self.assertEqual(len(told()), 1)
        self.assertEqual(p.shown("clients"), [])

    def test_a_header_has_its_time(self):
        p = self.behind(local__preface_timeout="1s")
        silent, half = self.client(p), self.said(p, header.line()[:20])
        for c in (silent, half):
            self.assertTrue(gone(c, LONG))
        self.assertTrue(p.record(lambda r: "no whole PROXY header within local.preface_timeout" in r["e"]["message"]))
        c = self.said(p, header.line() + b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")
        c.settimeout(2)
        with self.assertRaises(socket.timeout):
            c.recv(1)  # the time has passed, and it is of no matter any more

    def test_checks_of_a_balancer_reach_no_target(self):
        target = self.target()
        p = self.admin(target=target)
        before = p.fds()
        for number, check in enumerate((b"", header.LOCAL), 1):
            for how in (socket.socket.close, reset):
                c = self.said(p, check)
                self.assertFds(p, before + 1)  # Windows accepts none that has left before
                how(c)
                self.assertFds(p, before)
            self.assertTrue(wait_until(lambda n=number: samples(p.http("/metrics")[1]).get(CHECKS) == 2 * n), p.text())
        self.assertEqual(target.conns, [])
        self.assertEqual([r for r in p.records() if "e" in r], [])

    def test_a_balancers_own_connection_is_a_client_once_it_speaks(self):
        p = self.behind()
        c = self.said(p, header.LOCAL)
        c.sendall(b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")

    def test_a_balancers_own_connection_may_wait_for_a_greeting(self):
        p = self.behind(target=self.target(lambda s: (s.sendall(b"welcome\n"), echo(s))))
        self.assertEqual(read_line(self.said(p, header.LOCAL)), b"welcome\n")

    def test_a_unique_id_is_in_the_log(self):
        p = self.behind()
        c = self.said(p, header.binary(tlvs=header.tlv(header.UNIQUE_ID, b"4f2a-17")) + b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")
        c.close()
        self.assertEqual(self.record_of(p, "192.0.2.1:50000")["uniqueId"], "4f2a-17")

    def test_nothing_is_left_of_those_that_vanish(self):
        for threads in ("1", "3"):
            p = self.behind(io__threads=threads)
            ask(self.said(p, header.line()), b"hello")
            before = p.fds()
            for cut in range(0, 40, 3):
                reset(self.said(p, header.line()[:cut]))
                self.said(p, header.binary()[:cut % 28]).close()
            self.assertFds(p, before)
            self.assertEqual(ask(self.said(p, header.line()), b"still there"), b"still there")

    def test_a_drain_waits_for_headers_that_are_on_their_way(self):
        p = self.behind(shutdown__first_request_timeout="20s")
        c = self.said(p, header.line()[:20])
        self.assertTrue(p.has_read())
        p.drain()
        c.sendall(header.line()[20:] + b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")
        c.close()
        self.assertEqual(p.wait(), 0)

    def test_a_drain_does_not_wait_for_ever(self):
        p = self.behind(shutdown__first_request_timeout="100ms", local__preface_timeout="1h")
        c = self.said(p, header.line()[:20])
        self.assertTrue(p.has_read())
        p.drain()
        self.assertTrue(gone(c, LONG))
        self.assertEqual(p.wait(), 0)

    def test_an_end_closes_them(self):
        p = self.behind(local__preface_timeout="1h", shutdown__first_request_timeout="1h")
        c = self.said(p, header.line()[:20])
        self.assertTrue(p.has_read())
        self.assertEqual(p.end(), 0)
        self.assertTrue(gone(c))


class ToTargets(ProxyHeaders):
    def seeing(self, seen, answer=True):
        """A target that expects a header, keeps it, and greets."""
        def serve(s):
            seen.append(header.receive(s))
            if answer:
                s.sendall(b"welcome\n")
                echo(s)
        return self.target(serve)

    def in_front_of(self, target, version="v2", **settings):
        return self.proxy(target, settings={"target__1__proxy_protocol": version, **settings})

    def test_the_target_is_told_before_all_else(self):
        for version, make in (("v1", header.line), ("v2", header.binary)):
            seen = []
            p = self.in_front_of(self.seeing(seen), version)
            c = self.client(p)
            self.assertEqual(read_line(c), b"welcome\n")
            self.assertEqual(ask(c, b"hello"), b"hello")
            self.assertEqual(seen, [make("127.0.0.1", c.getsockname()[1], "127.0.0.1", p.port)])

    def test_families_that_differ_are_written_as_ipv6(self):
        for version in ("v1", "v2"):
            seen = []
            p = self.proxy(self.seeing(seen), settings={"target__1__proxy_protocol": version, **ON})
            c = self.client(p)
            c.sendall(header.line("2001:db8::1", 7, "::1") + b"x\n")
            self.assertEqual(read_line(c), b"welcome\n")
            make = header.line if version == "v1" else header.binary
            self.assertEqual(seen, [make("2001:db8::1", 7, "::ffff:127.0.0.1", p.port)])

    def test_a_chain_keeps_what_the_first_has_told(self):
        seen = []
        last = self.in_front_of(self.seeing(seen), "v2", target__1__proxy_tlvs="unique_id", **ON)
        first = self.proxy("127.0.0.1:%d" % last.port,
                           settings={"target__1__proxy_protocol": "v2", "target__1__proxy_tlvs": "unique_id,crc32c", **ON})
        c = self.client(first)
        tlvs = header.tlv(header.UNIQUE_ID, b"4f2a-17")
        c.sendall(header.binary("192.0.2.1", 50000, tlvs=tlvs) + b"hello\n")
        self.assertEqual(read_line(c), b"welcome\n")
        self.assertEqual(seen, [header.binary("192.0.2.1", 50000, "127.0.0.1", last.port, tlvs)])

    def test_the_next_target_is_told_as_well(self):
        seen, closed = [], free_port()
        good = self.seeing(seen)
        p = self.proxy("127.0.0.1:%d" % closed, good,
                       settings={"target__1__proxy_protocol": "v1", "target__2__proxy_protocol": "v2"})
        for _ in range(3):
            self.assertEqual(read_line(self.client(p)), b"welcome\n")
        self.assertTrue(all(each.startswith(header.BEGIN) for each in seen), seen)

    def test_health_checks_say_that_they_are_our_own(self):
        for version, begins in (("v1", b"PROXY TCP4 127.0.0.1 127.0.0.1 "), ("v2", header.LOCAL)):
            seen = []
            target = self.seeing(seen, answer=False)
            self.in_front_of(target, version, check__interval="100ms")
            self.assertTrue(wait_until(lambda s=seen: len(s) > 2, LONG))
            self.assertTrue(all(each.startswith(begins) for each in seen), seen)
            self.assertTrue(version == "v1" or set(seen) == {header.LOCAL})

    def test_a_probe_says_that_it_is_our_own(self):
        seen = []

        def serve(s):
            seen.append(header.receive(s))
            echo(s)
        target = self.target(serve)
        p = self.program("probe", "--protocol", "line", "--target", "127.0.0.1:%d" % target.port, "--request", "x\\n",
                         "--set", "target.1.proxy_protocol=v2", "--set", "exchange.mode=proxy")
        self.assertEqual(p.wait(), 0, p.text())
        self.assertEqual(set(seen), {header.LOCAL})

    def test_who_shares_a_connection_has_no_header(self):
        p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "fifo", "--protocol", "line",
                         "--set", "target.1.proxy_protocol=v2")
        self.assertEqual(p.wait(), 78)
        self.assertIn("a connection that clients share has no one client; expected off, or exchange.mode = proxy", p.text())


class Changes(ProxyHeaders):
    def test_a_reload_is_for_clients_that_come_after_it(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path, target = os.path.join(folder.name, "p.ini"), self.target()

        def write(value):
            with open(path, "w") as f:
                f.write("[local]\nproxy_protocol = %s\n" % value)
        write("off")
        p = self.proxy(target, args=["--config", path])
        old = self.client(p)
        self.assertEqual(ask(old, b"one"), b"one")
        write("on")
        p.signal(signal.SIGHUP)
        self.assertTrue(p.record(lambda r: str(r["d"]).startswith("Reloaded:")))
        self.assertEqual(ask(old, b"two"), b"two")
        self.assertTrue(gone(self.said(p, b"three\n")))
        self.assertEqual(read_line(self.said(p, header.line() + b"four\n")), b"four\n")
