"""Measures how many clients that hold a connection a web server of the app survives.

It starts Granian with each configuration, on loopback, lets clients hold connections, and sends new requests. Needs granian, uvloop and Django in the
environment of this Python, and 10,000 open files (`ulimit -n`).
"""

import os
import platform
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version

FOLDER = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 4

# Granian's own defaults, as upstream starts it, and the settings of lib/catalog/processes/app/web.ts for 4 GiB and 8 GiB.
CONFIGURATIONS = {
    "default, 4 workers": ({"GRANIAN_WORKERS": "4"}, 1100),
    "of this library, 4 workers": ({"GRANIAN_WORKERS": "4", "GRANIAN_BACKPRESSURE": "2048"}, 3000),
    "of this library, 2 workers": ({"GRANIAN_WORKERS": "2", "GRANIAN_BACKPRESSURE": "4096"}, 3000),
}
LIMITS = {"GRANIAN_BACKLOG": "8192", "GRANIAN_HTTP1_HEADER_READ_TIMEOUT": "60000", "GRANIAN_WEBSOCKETS": "false"}

STALLED = b"POST /report HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nx"
REQUEST = b"GET /_livez HTTP/1.1\r\nHost: h\r\n\r\n"
KINDS = {"a body that stops": STALLED, "idle after a response": REQUEST, "nothing sent": b""}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(port, settings, file_kib=None):
    environment = {**os.environ, "GRANIAN_INTERFACE": "asgi", "GRANIAN_LOOP": "uvloop", "GRANIAN_PORT": str(port), "GRANIAN_LOG_LEVEL": "error", **settings}
    granian = os.path.join(os.path.dirname(sys.executable), "granian")
    limited = ["bash", "-c", f'ulimit -f {file_kib} && exec "$@"', "bash"] if file_kib else []
    process = subprocess.Popen([*limited, granian, "app:application"], cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while fresh(port) is None:
        if time.monotonic() > deadline or process.poll() is not None:
            raise SystemExit("granian did not start")
        time.sleep(0.5)
    # The other workers.
    time.sleep(3)
    return process


def fresh(port):
    """Returns the seconds until a new request is answered; None if it is not."""
    begun = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
            client.sendall(REQUEST)
            return time.monotonic() - begun if client.recv(4096).startswith(b"HTTP/1.1 200") else None
    except OSError:
        return None


def hold(port, sent, count):
    """Returns connections that sent some bytes. The last ones of a full server are refused or wait."""
    held = []
    for _ in range(count):
        client = socket.socket()
        client.settimeout(PATIENCE)
        try:
            client.connect(("127.0.0.1", port))
            client.sendall(sent)
            if sent == REQUEST:
                client.recv(4096)
        except OSError:
            client.close()
            break
        held.append(client)
    return held


def measure(settings, count):
    port = free_port()
    process = start(port, settings)
    try:
        for kind, sent in KINDS.items():
            held = hold(port, sent, count)
            time.sleep(1)
            times = [fresh(port) for _ in range(5)]
            answered = [one for one in times if one is not None]
            yield kind, len(held), len(answered), max(answered, default=None)
            for client in held:
                client.close()
            time.sleep(2)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def main():
    print(f"Granian {version('granian')}, Django {version('django')}, Python {platform.python_version()}, {os.cpu_count()} cores.\n")
    print("| settings | held connections | new requests answered | slowest |\n| --- | --- | ---: | ---: |")
    for name, (settings, count) in CONFIGURATIONS.items():
        limits = {} if name.startswith("default") else LIMITS
        for kind, held, answered, slowest in measure({**limits, **settings}, count):
            print(f"| {name} | {held:,}: {kind} | {answered} of 5 | {'none' if slowest is None else f'{slowest:.2f} s'} |", flush=True)


if __name__ == "__main__":
    main()
