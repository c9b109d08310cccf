"""TLS of clients, beside HAProxy: what a handshake costs, a request on a connection that is kept, and a gigabyte."""
import os
import shutil
import tempfile

from certificates import Authority
from rounds import Table, ab, compare, run
from servers import Nginx


def tls():
    """With one certificate (ECDSA, P-256) and the defaults of both."""
    folder = tempfile.mkdtemp(prefix="proximux-tls-")
    try:
        certificate = Authority(folder).issue("bench.test")
        how = {"settings": {"local.tls": "on", "local.tls_certificate": certificate}, "bind": "ssl crt " + certificate}
        few, many, size = 5000, 100000, 2
        compare(Nginx(0), Table("TLS: ab -c 50, without -k", "us of CPU per handshake and request", few, 1e6),
                lambda port: ab("https://127.0.0.1:%d/small" % port, few), **how)
        compare(Nginx(0), Table("TLS: ab -c 50 -k", "us of CPU per request", many, 1e6),
                lambda port: ab("https://127.0.0.1:%d/small" % port, many, "-k"), **how)
        compare(Nginx(size), Table("TLS: %d GiB from nginx to curl" % size, "s of CPU per GiB", size, 1),
                lambda port: run("curl", "-sSk", "-o", os.devnull, "https://127.0.0.1:%d/big" % port), **how)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
