"""Measures the disk that clients with endless bodies take from the app, and what other clients notice.

It starts Granian on loopback, with the settings of lib/catalog/processes/app/web.ts for 8 GiB and a Django stub, without and with the limit on files that
the web process sets. Twenty clients send bodies without end, with a declared length and chunked, for a bounded time. Needs what measure.py needs, and
bash.

    python scripts/held-connections/bodies.py [--temporary FOLDER] [--seconds 20] [--gigabytes 4]
"""

import argparse
import os
import platform
import signal
import socket
import threading
import time
from collections import Counter
from importlib.metadata import version

from measure import LIMITS, PATIENCE, free_port, start

CLIENTS = 20
SETTINGS = {**LIMITS, "GRANIAN_WORKERS": "4", "GRANIAN_BACKPRESSURE": "2048"}
# LARGEST_FILE_MIB of lib/catalog/processes/app/web.ts.
FILE_KIB = 65536
BLOCK = b"x" * (1 << 18)
CHUNK = b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK)
HEADS = {
    "declared": (b"Content-Length: 1099511627776", BLOCK),
    "chunked": (b"Transfer-Encoding: chunked", CHUNK),
}
GOOD = {"GET": b"GET /_livez HTTP/1.1\r\nHost: h\r\n\r\n"}
for kilobytes in (100, 5000):
    GOOD[f"POST {kilobytes} kB"] = (
        b"POST /report HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (kilobytes * 1000) + b"x" * kilobytes * 1000
    )


class Load:
    """Clients that send bodies without end, and connect again when the server ends them."""

    def __init__(self, port, kind):
        self.port = port
        self.head, self.block = HEADS[kind]
        self.stopped = threading.Event()
        self.paused = threading.Event()
        self.sent = [0] * CLIENTS
        self.responses = Counter()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        while not self.stopped.is_set():
            self.one(number)

    def one(self, number):
        response = b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as client:
                client.sendall(b"POST /report HTTP/1.1\r\nHost: h\r\n" + self.head + b"\r\n\r\n")
                try:
                    while not self.stopped.is_set():
                        if self.paused.is_set():
                            time.sleep(0.1)
                            continue
                        client.sendall(self.block)
                        self.sent[number] += len(self.block)
                except OSError:
                    # The response, if there is one, is in front of the end of the connection.
                    response = client.recv(4096)
        except OSError:
            pass
        if not self.stopped.is_set():
            self.responses[response.split(b" ", 2)[1].decode() if response.startswith(b"HTTP/1.1 ") else "closed"] += 1

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def descendants(pid):
    pids = [pid]
    for one in pids:
        with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as children:
            pids.extend(int(child) for child in children.read().split())
    return pids


def usage(pid):
    """Returns the bytes of deleted open files of the server, and its memory."""
    files = memory = 0
    seen = set()
    for one in descendants(pid):
        try:
            for name in os.listdir(f"/proc/{one}/fd"):
                path = f"/proc/{one}/fd/{name}"
                if os.readlink(path).endswith(" (deleted)"):
                    status = os.stat(path)
                    if (status.st_dev, status.st_ino) not in seen:
                        seen.add((status.st_dev, status.st_ino))
                        files += status.st_blocks * 512
            with open(f"/proc/{one}/smaps_rollup", encoding="ascii") as rollup:
                memory += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) * 1024
        except FileNotFoundError:
            pass
    return files, memory


def good(port, request):
    begun = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
            client.sendall(request)
            return client.recv(4096).startswith(b"HTTP/1.1 200"), time.monotonic() - begun
    except OSError:
        return False, time.monotonic() - begun


def measure(kind, limit, options):
    port = free_port()
    temporary = {"TMPDIR": options.temporary} if options.temporary else {}
    server = start(port, {**SETTINGS, **temporary}, limit)
    load = Load(port, kind)
    most = memory = 0
    answers = {name: [] for name in GOOD}
    deadline = time.monotonic() + options.seconds
    try:
        while time.monotonic() < deadline:
            for name, request in GOOD.items():
                answers[name].append(good(port, request))
            now, rss = usage(server.pid)
            most, memory = max(most, now), max(memory, rss)
            if now > options.gigabytes * 1e9:
                load.paused.set()
            time.sleep(0.2)
    finally:
        load.stop()
        time.sleep(1)
        left = usage(server.pid)[0]
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    return sum(load.sent), most, memory, left, load.responses, answers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temporary", help="the folder for temporary files; by default that of this system")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--gigabytes", type=float, default=4, help="clients stop sending, and hold their bodies, when they have taken so much disk")
    options = parser.parse_args()
    print(f"Granian {version('granian')}, Django {version('django')}, Python {platform.python_version()}, {os.cpu_count()} cores.\n")
    print("| limit | bodies | sent | most on disk | memory | responses to them | " + " | ".join(GOOD) + " |")
    print("| --- | --- | ---: | ---: | ---: | --- |" + " --- |" * len(GOOD))
    for limit in (None, FILE_KIB):
        for kind in HEADS:
            sent, most, memory, left, responses, answers = measure(kind, limit, options)
            cells = [
                f"{limit // 1024} MiB" if limit else "none",
                kind,
                f"{sent / 1e9:.1f} GB",
                f"{most / 1e9:.2f} GB",
                f"{memory / 1e6:.0f} MB",
                ", ".join(f"{count} x {status}" for status, count in responses.items()) or "none",
            ]
            for results in answers.values():
                done = [seconds for answered, seconds in results if answered]
                cells.append(f"{len(done)} of {len(results)}, {max(done, default=0):.1f} s")
            print(f"| {' | '.join(cells)} |" + (f" {left} bytes left" if left else ""), flush=True)


if __name__ == "__main__":
    main()
