"""A test case whose clients speak TLS."""
import ssl

from certificates import WithAuthority
from sharing import SharedCase


class ClientTlsCase(WithAuthority, SharedCase):
    def settings(self, **more):
        return {"local__tls": "on", "local__tls_certificate": self.good, "local__preface_timeout": "30s", **more}

    def context(self, certificate=None, newest=None, alpn=None):
        context = ssl.create_default_context(cafile=self.authority.ca)
        if certificate:
            context.load_cert_chain(certificate)
        if newest:
            context.maximum_version = newest
        if alpn:
            context.set_alpn_protocols(alpn)
        return context

    def secured(self, proxy, name="good.test", context=None, session=None, **kw):
        """A client of the proxy that speaks TLS."""
        raw = proxy.client(**kw)
        self.addCleanup(raw.close)
        c = (context or self.context()).wrap_socket(raw, server_hostname=name, session=session)
        self.addCleanup(c.close)
        return c

    def assertRefused(self, proxy, says=None, **kw):
        """In TLS 1.3 a client hears of it behind its own handshake, and its bytes may have made a reset of that."""
        with self.assertRaises((OSError, EOFError)) as caught:
            c = self.secured(proxy, **kw)
            c.sendall(b"x\n")
            if not c.recv(9):
                raise EOFError
        if says:
            self.assertIn(says, str(caught.exception).upper())
