"""Restarts under load, with a listening socket that stays open in between."""
import socket
import threading

from harness import LONG, Case, ask, wait_until


class RestartCase(Case):
    def restarts_under_load(self, start, address, times, requests=1):
        """start() starts the program on the socket that listens at this address. Clients come all the time, and each has
        so many requests; all of them are served."""
        failures, served, ending = [], [], threading.Event()

        def stream(name):
            while not ending.is_set():
                try:
                    with socket.create_connection(address, LONG) as c:
                        for i in range(requests):
                            self.assertEqual(ask(c, b"%s %d" % (name, i)), b"%s %d" % (name, i))
                    served.append(name)
                except (OSError, EOFError, AssertionError) as error:
                    failures.append(repr(error))

        def more_are_served():
            wanted = len(served) + 20
            self.assertTrue(wait_until(lambda: len(served) >= wanted or failures, LONG))
            self.assertEqual(failures, [])
        p = start()
        clients = [threading.Thread(target=stream, args=(b"client %d" % i,), daemon=True) for i in range(4)]
        for c in clients:
            c.start()
        try:
            for _ in range(times):
                more_are_served()
                p.signal()
                self.assertEqual(p.wait(), 0)
                p = start()
            more_are_served()
        finally:
            ending.set()
            for c in clients:
                c.join(LONG)
        self.assertEqual(failures, [])
