"""Measures the memory and CPU time of running processes, each with its children, while a load runs elsewhere.

`memory` of the definitions in lib/catalog/processes has its figures. To repeat one: print the environment of the process, replace the hosts of the
data stores by servers on loopback, start the program with it, and name its process id. Each phase of the load is one call:

    cdk-posthog environment capture > capture.env
    python3 scripts/process-memory/measure.py --phase idle --seconds 900 capture=4711 web=4712

Anonymous pages are a process's own. File pages are those of its program and its mapped files, each divided by the number of processes that map it
(Pss), so that the children of one process count them once. The kernel can drop file pages but not anonymous ones. Both from /proc/PID/smaps_rollup;
CPU time from /proc/PID/stat, of a child that ended until the last measurement before. Needs Linux and the standard library only, and the rights to read those files.
"""

import argparse
import json
import os
import statistics
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("processes", nargs="+", metavar="NAME=PID", help="a name for the table, and the id of the process")
    parser.add_argument("--phase", default="idle", help="the name of the load, for the table")
    parser.add_argument("--seconds", type=float, default=900, help="how long to measure")
    parser.add_argument("--every", type=float, default=5, help="the seconds between two measurements")
    parser.add_argument("--json", help="a file to append one line of JSON per process to")
    return parser.parse_args()


def with_children(pid):
    """Returns the ids of a process and of its descendants that run now."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as children:
                    found += [int(child) for child in children.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            # It ended in between; the sample is without it.
            continue
    return found


def pages_of(pid):
    """Returns the MiB of anonymous and of file pages of one process."""
    kib = {}
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        for line in rollup:
            name, _, value = line.partition(":")
            if value.strip().endswith("kB"):
                kib[name] = int(value.split()[0])
    return kib["Anonymous"] / 1024, (kib["Pss_File"] + kib["Pss_Shmem"]) / 1024


def cpu_of(pid):
    """Returns the CPU seconds of one process."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(") ")[2].split()
    return sum(int(field) for field in fields[11:13]) / TICKS


class Samples:
    def __init__(self, name, pid):
        self.name = name
        self.pid = pid
        self.anonymous = []
        self.file = []
        self.children = 0
        self.cpu = {}
        self.ended_at = None

    def take(self, now):
        if self.ended_at is not None:
            return
        anonymous = file = 0.0
        pids = with_children(self.pid)
        for pid in pids:
            try:
                own, mapped = pages_of(pid)
                used = cpu_of(pid)
            except (FileNotFoundError, ProcessLookupError):
                if pid == self.pid:
                    self.ended_at = now
                    return
                continue
            anonymous += own
            file += mapped
            # A child that begins in between used all of its time in between.
            self.cpu.setdefault(pid, [0 if self.anonymous else used, used])[1] = used
        self.children = max(self.children, len(pids) - 1)
        self.anonymous.append(anonymous)
        self.file.append(file)

    def result(self, phase, seconds):
        return {
            "process": self.name,
            "phase": phase,
            "seconds": round(seconds if self.ended_at is None else self.ended_at),
            "ended": self.ended_at is not None,
            "children": self.children,
            "anonymousMedian": round(statistics.median(self.anonymous)),
            "anonymousMost": round(max(self.anonymous)),
            "fileMost": round(max(self.file)),
            "most": round(max(own + mapped for own, mapped in zip(self.anonymous, self.file))),
            "cpuSeconds": round(sum(last - first for first, last in self.cpu.values()), 2),
        }


def table(results):
    yield "| process | load | seconds | anonymous, median | most | file pages | both, most | CPU |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in results:
        seconds = f"{row['seconds']}, then it ended" if row["ended"] else row["seconds"]
        mib = [f"{row[key]} MiB" for key in ("anonymousMedian", "anonymousMost", "fileMost", "most")]
        yield f"| `{row['process']}` | {row['phase']} | {seconds} | {' | '.join(mib)} | {row['cpuSeconds']} s |"


def main():
    options = arguments()
    samples = []
    for text in options.processes:
        name, _, pid = text.partition("=")
        if not pid.isdigit():
            sys.exit(f"NAME=PID, got: {text}")
        samples.append(Samples(name, int(pid)))
        samples[-1].take(0)
        if samples[-1].ended_at is not None:
            sys.exit(f"{name}: no process has the id {pid}")
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) < options.seconds:
        for sample in samples:
            sample.take(elapsed)
        time.sleep(max(0, min(options.every, options.seconds - elapsed)))
    results = [sample.result(options.phase, time.monotonic() - begun) for sample in samples]
    print("\n".join(table(results)))
    if options.json:
        with open(options.json, "a") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in results)


if __name__ == "__main__":
    main()
