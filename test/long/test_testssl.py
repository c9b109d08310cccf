"""testssl.sh looks for weaknesses of TLS: every cipher, and each hole that has a name."""
import json
import os
import subprocess

from harness import SLOW
from sharing import Lines
from tls_case import ClientTlsCase

MINUTES = 60 * SLOW


class TestSsl(ClientTlsCase):
    def test_the_defaults_have_no_weakness(self):
        """Nothing above LOW, which ciphers without AEAD are, for clients that know no others."""
        p, found = self.proxy(self.target(Lines()), settings=self.settings()), os.path.join(self.folder, "found.json")
        run = subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", found, "-p", "-s", "-U",
                              "--ip", "127.0.0.1", "good.test:%d" % p.port], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=10 * MINUTES, check=False)
        with open(found, encoding="utf-8") as file:
            findings = json.load(file)
        self.assertGreater(len(findings), 20, run.stdout)
        self.assertEqual([each for each in findings if each["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")], [])
        self.assertIn("OK", [each["severity"] for each in findings if each["id"] == "heartbleed"])
