"""DNS servers with one zone that is known; none of them asks anybody beyond this machine."""
from servers import Server

VICTIMS, NAMES = 14, 10


def address(n, k):
    return "10.7.%d.%d" % (n, k)


def text(n, k):
    return "known text %d %d" % (n, k)


def zone():
    lines = ["@ 3600 IN SOA ns.test. root.test. 7 3600 600 86400 60", "@ 3600 IN NS ns.test.", "ns 3600 IN A 127.0.0.1"]
    for n in range(VICTIMS):
        for k in range(NAMES):
            lines += ["n%d-%d 3600 IN A %s" % (n, k, address(n, k)), 'n%d-%d 3600 IN TXT "%s"' % (n, k, text(n, k))]
    lines += ['big%d 3600 IN TXT "%s"' % (k, "b" * 200) for k in range(30)]
    return "$ORIGIN test.\n" + "\n".join(lines) + "\n"


class Unbound(Server):
    COMMAND = ("unbound", "-d", "-c", "{folder}/unbound.conf")

    def prepare(self):
        data = "".join("local-data: '%s'\n" % line.replace("@", "test.",
                                                           1) if line.startswith("@") else "local-data: '%s'\n" %
                                                           line.replace(" ", ".test. ", 1)
                       for line in zone().splitlines()[1:])
        self.write("unbound.conf", """server:
            interface: 127.0.0.1
            port: %d
            username: ""
            chroot: ""
            directory: "%s"
            pidfile: ""
            use-syslog: no
            module-config: "iterator"
            incoming-num-tcp: 200
            tcp-idle-timeout: 120000
            local-zone: "." static
            local-zone: "test." static
            %s
            """ % (self.port, self.folder, data.replace("\n", "\n            ")))


class Recursor(Server):
    COMMAND = ("pdns_recursor", "--config-dir={folder}")

    def prepare(self):
        self.write("recursor.conf", "\n".join((
            "local-address=127.0.0.1", "local-port=%d" % self.port,
            "auth-zones=test=%s" % self.write("test.zone", zone()), "forward-zones=.=127.0.0.1:9",
            "socket-dir=%s" % self.folder, "threads=1", "security-poll-suffix=", "client-tcp-timeout=600",
            "max-tcp-clients=200", "quiet=yes", "daemon=no",
            "disable-syslog=yes", "dnssec=off", "write-pid=no", "network-timeout=100", "")))


class Authoritative(Server):
    COMMAND = ("pdns_server", "--config-dir={folder}")

    def prepare(self):
        named = self.write("named.conf", 'zone "test" { type master; file "%s"; };\n' % self.write("test.zone", zone()))
        self.write("pdns.conf", "\n".join((
            "launch=bind", "bind-config=%s" % named, "local-address=127.0.0.1", "local-port=%d" % self.port,
            "socket-dir=%s" % self.folder,
            "disable-axfr=no", "allow-axfr-ips=127.0.0.0/8", "security-poll-suffix=", "tcp-idle-timeout=600",
            "max-tcp-connections=200", "daemon=no",
            "guardian=no", "disable-syslog=yes", "write-pid=no", "receiver-threads=1", "distributor-threads=2", "")))
