"""The configurations that the pages show are accepted, each with what it leaves out."""
import configparser
import glob
import os
import re
import tempfile
import unittest

from certificates import WithAuthority
from harness import Case

PAGES = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "*.md")))


class Pages(WithAuthority, Case):
    def accepts(self, text):
        """What the program says of it, once files are those of this test. Empty: it is accepted."""
        ini = configparser.ConfigParser(interpolation=None)
        ini.read_string(text)
        more = [] if {"port", "path"} & set(ini["local"] if "local" in ini else ()) else ["--listen", "1"]
        named = {**dict(ini["target"] if "target" in ini else {}),
                 **{"1." + key: value for key, value in (ini["target.1"].items() if "target.1" in ini else ())}}
        if not {"1.host", "1.path"} & set(named):
            more += ["--target", "127.0.0.1:2"]
        if not ini.has_option("exchange", "mode"):
            more += ["--mode", "proxy"]
        with tempfile.NamedTemporaryFile("w", suffix=".ini", dir=self.folder) as file:
            file.write(re.sub(r"/etc/proximux/[a-z-]+\.pem", self.good, text).replace("/etc/proximux/users", self.users))
            file.flush()
            p = self.program("--check-config", "--config", file.name, *more)
            return "" if p.wait() == 0 else p.text()

    def test_each_is_accepted(self):
        self.users = os.path.join(self.folder, "users")
        with open(self.users, "w", encoding="ascii") as file:
            file.write('"me" "secret"\n')
        os.chmod(self.users, 0o600)
        seen = 0
        for page in PAGES:
            with open(page, encoding="utf-8") as file:
                for text in re.findall(r"(?ms)^```ini\n(.*?)^```", file.read()):
                    with self.subTest(page=os.path.basename(page), text=text):
                        self.assertEqual(self.accepts(text), "")
                    seen += 1
        self.assertGreater(seen, 10)
        self.assertIn("local.nonsense", self.accepts("[local]\nnonsense = 1\n"))


if __name__ == "__main__":
    unittest.main()
