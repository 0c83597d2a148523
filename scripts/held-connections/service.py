"""Measures a running HTTP service while clients send the beginning of a request body and stop.

First one client stops. Then many do, while another one sends complete requests. Prints the responses, and the memory and open files of the service.
Needs the standard library only, and more open files than held connections (`ulimit -n`). It connects to loopback only.

    python3 scripts/held-connections/service.py http://127.0.0.1:3000/i/v0/e/ --body event.json --held 3000 --pid 4711
"""

import argparse
import ipaddress
import os
import selectors
import socket
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

LENGTH = 1000
SENT = 10
PATIENCE = 40


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the URL of the requests, on loopback")
    parser.add_argument("--body", required=True, help="a file with the body of the complete requests")
    parser.add_argument("--held", type=int, default=3000, help="the number of clients that stop")
    parser.add_argument("--good", type=int, default=100, help="the number of complete requests meanwhile")
    parser.add_argument("--other", help="another path for as many complete requests")
    parser.add_argument("--drip", type=float, help="the seconds after which each client that stops sends one more byte; by default it does not")
    parser.add_argument("--wait", type=float, default=150, help="the seconds after which this program closes what the service still holds")
    parser.add_argument("--pid", type=int, help="the process id of the service")
    return parser.parse_args()


class Service:
    def __init__(self, url, body):
        parts = urlsplit(url)
        if not ipaddress.ip_address(parts.hostname).is_loopback:
            sys.exit("the URL must be on loopback")
        self.address = (parts.hostname, parts.port or 80)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.body = body

    def head(self, length, path=None):
        return (
            f"POST {path or self.path} HTTP/1.1\r\nHost: {self.address[0]}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def complete(self, path=None):
        """Sends one complete request on a new connection. Returns its status, or the reason why there is none, and its seconds."""
        begun = time.monotonic()
        try:
            with self.connect() as client:
                client.sendall(self.head(len(self.body), path) + self.body)
                return status_of(client.recv(4096)), time.monotonic() - begun
        except OSError as error:
            return type(error).__name__, time.monotonic() - begun

    def connect(self):
        return socket.create_connection(self.address, timeout=PATIENCE)

    def stop(self, client):
        """Sends the headers and the beginning of a body."""
        client.sendall(self.head(LENGTH) + b"x" * SENT)
        client.setblocking(False)
        return client


def status_of(response):
    return response.split(b" ", 2)[1].decode() if response.startswith(b"HTTP/1.1 ") else "closed"


class Held:
    """Clients that stop, and the responses to them."""

    def __init__(self, service, count, wait, drip=None):
        self.results = {}
        self.selector = selectors.DefaultSelector()
        self.deadline = time.monotonic() + wait
        self.drip = drip
        self.next_byte = time.monotonic() + drip if drip else self.deadline
        # All connections first: a service with a short timeout would end the first requests while the last clients connect.
        for client in [service.connect() for _ in range(count)]:
            self.selector.register(service.stop(client), selectors.EVENT_READ, time.monotonic())

    def read(self, timeout):
        for key, _ in self.selector.select(timeout):
            try:
                status = status_of(key.fileobj.recv(4096))
            except OSError as error:
                status = type(error).__name__
            self.end(key, status)

    def end(self, key, status):
        self.results.setdefault(status, []).append(time.monotonic() - key.data)
        self.selector.unregister(key.fileobj)
        key.fileobj.close()

    def wait(self):
        while self.selector.get_map() and time.monotonic() < self.deadline:
            self.read(0.2)
            if time.monotonic() >= self.next_byte:
                self.next_byte += self.drip or PATIENCE
                for key in list(self.selector.get_map().values()):
                    try:
                        key.fileobj.send(b"x")
                    except OSError:
                        pass
        for key in list(self.selector.get_map().values()):
            self.end(key, "still held")

    def __str__(self):
        times = sorted(self.results.items())
        return "; ".join(f"{len(seconds)} x {status} after {min(seconds):.1f} to {max(seconds):.1f} s" for status, seconds in times)


def process(pid):
    if pid is None:
        return ""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return f"; {rss / 1024:.0f} MiB, {len(os.listdir(f'/proc/{pid}/fd'))} open files"


def good(service, count, path):
    answers = [service.complete(path) for _ in range(count)]
    statuses = dict(Counter(status for status, _ in answers))
    return f"{statuses}, slowest {max(seconds for _, seconds in answers):.2f} s"


def main():
    options = arguments()
    with open(options.body, "rb") as file:
        service = Service(options.url, file.read())
    print(f"before: {good(service, 10, None)}{process(options.pid)}", flush=True)
    if not options.drip:
        one = Held(service, 1, options.wait)
        one.wait()
        print(f"one client that stops: {one}", flush=True)
    held = Held(service, options.held, options.wait, options.drip)
    waiting = threading.Thread(target=held.wait)
    waiting.start()
    for path in [options.other, None] if options.other else [None]:
        print(f"while {len(held.selector.get_map() or ())} hold{process(options.pid)}", flush=True)
        print(f"complete requests to {path or service.path}: {good(service, options.good, path)}", flush=True)
    waiting.join()
    print(f"the clients that stop: {held}")
    print(f"after: {good(service, 10, None)}{process(options.pid)}")


if __name__ == "__main__":
    main()
