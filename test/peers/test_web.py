"""nginx behind the proxy; curl and ab in front of it."""
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from harness import LONG, Case, free_port, listens, wait_until

DOWN = int(os.environ.get("PROXIMUX_DOWN_MIB", "50"))
UP = int(os.environ.get("PROXIMUX_UP_MIB", "20"))


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


class Web(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-nginx-")
        os.chmod(cls.folder, 0o755)
        cls.port = free_port()
        for name in ("www", "tmp", "up"):
            os.mkdir(os.path.join(cls.folder, name))
        with open(cls.folder + "/www/big", "wb") as f:
            for _ in range(DOWN):
                f.write(os.urandom(1 << 20))
        with open(cls.folder + "/body", "wb") as f:
            for _ in range(UP):
                f.write(os.urandom(1 << 20))
        with open(cls.folder + "/www/small", "w") as f:
            f.write("hello\n")
        user = "user root;" if os.getuid() == 0 else ""
        with open(cls.folder + "/nginx.conf", "w") as f:
            f.write("""
                %(user)s daemon off; worker_processes 1; error_log %(f)s/error.log; pid %(f)s/pid;
                events { worker_connections 1024; }
                http { access_log off; client_max_body_size 0; keepalive_requests 1000000;
                  client_body_temp_path %(f)s/tmp/1; proxy_temp_path %(f)s/tmp/2; fastcgi_temp_path %(f)s/tmp/3;
                  uwsgi_temp_path %(f)s/tmp/4; scgi_temp_path %(f)s/tmp/5;
                  server { listen 127.0.0.1:%(port)d; root %(f)s/www;
                    location /echo { client_body_in_file_only on; proxy_pass http://127.0.0.1:%(port)d/discard;
                                     proxy_set_header Content-Length ""; proxy_pass_request_body off;
                                     add_header X-Body $request_body_file; }
                    location /discard { return 200 "taken\\n"; } } }""" % {
                "user": user, "f": cls.folder, "port": cls.port})
        cls.server = subprocess.Popen(["nginx", "-p", cls.folder, "-c", cls.folder + "/nginx.conf"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))

        if not wait_until(lambda: listens(cls.port), LONG):
            raise AssertionError(open(cls.folder + "/error.log").read())

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def start(self, *args):
        return self.proxy("127.0.0.1:%d" % self.port, args=args)

    def curl(self, *args):
        return subprocess.run(["curl", "-sS", "--max-time", "300", *args], capture_output=True)

    def test_large_download_is_exact_and_memory_small(self):
        p = self.start()
        before = p.memory()
        got = self.folder + "/got"
        done = self.curl("-o", got, "http://127.0.0.1:%d/big" % p.port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(digest(got), digest(self.folder + "/www/big"))
        self.assertMemory(p, before, 2 << 20)

    def test_large_upload_is_exact(self):
        p = self.start()
        done = self.curl("-D", "-", "--data-binary", "@" + self.folder + "/body", "http://127.0.0.1:%d/echo" % p.port)
        m = re.search(rb"X-Body: (\S+)", done.stdout)
        self.assertTrue(m, done.stdout + done.stderr)
        self.assertEqual(digest(m.group(1).decode()), digest(self.folder + "/body"))

    def test_ab_without_and_with_keep_alive(self):
        p = self.start()
        for args in ((), ("-k",)):
            done = subprocess.run(["ab", "-q", "-n", "5000", "-c", "50", *args, "http://127.0.0.1:%d/small" % p.port],
                                  capture_output=True, timeout=LONG * 4)
            text = done.stdout.decode()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(text, r"Complete requests:\s+5000")
            self.assertRegex(text, r"Failed requests:\s+0")

    def test_two_targets_share_the_load(self):
        p = self.proxy("127.0.0.1:%d" % self.port, "localhost:%d" % self.port)
        for _ in range(4):
            self.assertEqual(self.curl("http://127.0.0.1:%d/small" % p.port).stdout, b"hello\n")
