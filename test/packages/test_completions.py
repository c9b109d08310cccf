"""What the shells complete. Each of them is asked the same questions."""
import os
import subprocess
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILES = os.path.join(ROOT, "packaging/completions")

# line, and some of the words that complete its last one, as a whole
QUESTIONS = (
    ("proximux --li", ["--listen"]),
    ("proximux --mode f", ["fifo", "funnel"]),
    ("proximux --mode=f", ["--mode=fifo", "--mode=funnel"]),
    ("proximux --protocol mysq", ["mysql"]),
    ("proximux --set io.re", ["io.read_size=", "io.resolver_threads="]),
    ("proximux --set exchange.mode=p", ["exchange.mode=proxy"]),
    ("proximux --set target.1.ho", ["target.1.host="]),
    ("proximux --listen 1 --set log.format=", ["log.format=auto", "log.format=json", "log.format=text"]),
    ("proximux --help io.re", ["io.read_size", "io.resolver_threads"]),
    ("proximux --help shut", ["shutdown", "shutdown.delay", "shutdown.drain_timeout", "shutdown.first_request_timeout"]),
    ("proximux de", ["decode"]),
    ("proximux decode --resp", ["--response"]),
    ("proximux decode --protocol memc", ["memcached"]),
    ("proximux probe --ta", ["--target"]),
    ("proximux adm", ["admin"]),
    ("proximux admin --s", ["--socket"]),
    ("proximux status --j", ["--json"]),
    ("proximux top --i", ["--interval"]),
)
# of the program, not of the tool; and protocols that cannot be decoded
NOTHING = ("proximux decode --daem", "proximux probe --protocol aut", "proximux --listen lo", "proximux --set log.queue=")

BASH = """
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
[ -z "$3" ] || COMP_WORDBREAKS=$3
_proximux
printf '%s\\n' "${COMPREPLY[@]}"
"""

def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)


class Completions(unittest.TestCase):
    def answers(self, *command):
        r = run(*command)
        self.assertEqual((r.returncode, r.stderr), (0, ""), command)
        return [line for line in r.stdout.splitlines() if line]

    def bash(self, line, breaks=""):
        return self.answers("bash", "--norc", "-c", BASH, "bash", FILES + "/proximux.bash", line, breaks)

    def test_bash(self):
        for line, words in QUESTIONS:
            with self.subTest(line=line):
                self.assertEqual(sorted(self.bash(line, " \t\n")), sorted(words))
                last = line.split()[-1]
                kept = last[:last.rfind("=") + 1]  # which bash leaves alone
                self.assertEqual(sorted(self.bash(line)), sorted(word[len(kept):] for word in words))
        for line in NOTHING:
            self.assertEqual(self.bash(line), [], line)

    def test_bash_files(self):
        for before in ("proximux --config ", "proximux -c ", "proximux decode ", "proximux --pidfile="):
            self.assertIn(ROOT + "/README.md", [w.replace("--pidfile=", "") for w in self.bash(before + ROOT + "/READ")])

    def fish(self, line):
        found = self.answers("fish", "--no-config", "-c", "source %s/proximux.fish; complete -C '%s'" % (FILES, line))
        return sorted(answer.split("\t")[0] for answer in found)

    def test_fish(self):
        for line, words in QUESTIONS:
            with self.subTest(line=line):
                self.assertEqual(self.fish(line), sorted(words))
        for line in NOTHING:
            self.assertEqual([word for word in self.fish(line) if not word.endswith("/")], [], line)

    def zsh(self, line):
        return sorted(set(self.answers("zsh", "-f", HERE + "/answers.zsh", FILES, line)))

    def test_zsh(self):
        for line, words in QUESTIONS:
            with self.subTest(line=line):
                self.assertEqual(self.zsh(line), sorted(words))
        for line in NOTHING:
            self.assertEqual(self.zsh(line), [], line)
