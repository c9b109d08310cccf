"""What a program answers that was built without TLS, as those for Windows are: nothing is in clear text that somebody wants
to be protected."""
import os
import signal
import tempfile
import unittest

from certificates import has_tls
from harness import LONG, Case, ask

WITHOUT = "this program was built without TLS; expected "


@unittest.skipIf(has_tls(), "built with TLS")
class WithoutTls(Case):
    def assertRefused(self, args, *says):
        p = self.program(*args)
        self.assertEqual(p.wait(), 78, p.text())
        for each in says:
            self.assertIn(each, p.text())

    def test_settings_are_refused_by_name(self):
        for key, value in (("local.tls", "on"), ("local.tls", "starttls"), ("target.1.tls", "on"), ("target.1.tls", "starttls")):
            self.assertRefused(["--check-config", "--listen", "1", "--target", "127.0.0.1:2", "--set", "%s=%s" % (key, value)],
                               "%s = %s (command line --set): %soff" % (key, value, WITHOUT))
        for key in ("local.tls_certificate", "local.tls_client_ca", "target.1.tls_ca", "target.1.tls_name"):
            self.assertRefused(["--check-config", "--listen", "1", "--target", "127.0.0.1:2", "--set", key + "=a.pem"],
                               "%s = a.pem (command line --set): %sno value" % (key, WITHOUT))

    def test_tools_and_the_demonstration_refuse_it_too(self):
        self.assertRefused(["probe", "--protocol", "resp", "--target", "127.0.0.1:2", "--set", "target.1.tls=on"], WITHOUT + "off")
        self.assertRefused(["--demo", "--tls"], "--tls: %s--demo alone" % WITHOUT)

    def test_a_reload_that_wants_it_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "proximux.ini")

            def write(*lines):
                with open(file, "w", encoding="ascii") as stream:
                    stream.write("\n".join(["[exchange]", "mode = proxy", *lines, ""]))
            write()
            p = self.proxy(self.target(), args=["--config", file])
            self.assertServes(p)
            write("[local]", "tls = on")
            p.signal(signal.SIGHUP)
            self.assertIsNotNone(p.record(lambda r: WITHOUT + "off" in str(r), LONG), p.text())
            with p.client() as c:
                self.assertEqual(ask(c, b"x"), b"x")


if __name__ == "__main__":
    unittest.main()
