#!/usr/bin/env python3
"""Collects what upstream says about the instance types that tasks can share, and about the other ones that have a price in cli/cost.

    python3 scripts/upstream-instance-types.py GUIDE > test/contract/upstream-instance-types.json

GUIDE is a clone of awsdocs/amazon-ecs-developer-guide, which is archived. It needs Go, which downloads the two other sources, and moto, which
requirements.txt has. `documented` is the number of tasks with ENI trunking in ECS's guide, `branches` the number of branch interfaces in EKS's
controller, `price` the on-demand price of an hour in us-east-1.
"""

import gzip
import json
import pathlib
import re
import subprocess
import sys

import moto

GUIDE = "awsdocs/amazon-ecs-developer-guide"
GUIDE_COMMIT = "021abe8ca185a054dea7bab21e631f9461e05bd6"
CONTROLLER = "github.com/aws/amazon-vpc-resource-controller-k8s@v1.8.2"
KARPENTER = "github.com/aws/karpenter-provider-aws@v1.15.2"

FAMILIES = r"(?:[mr](?:6[agi]|7[agi]|8g)|t3|t4g)"
TYPE = re.compile(FAMILIES + r"\.(?:nano|micro|small|medium|large|xlarge|2xlarge|4xlarge)")


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def module(name: str, file: str) -> str:
    # Go refuses to build a module for a newer Go, after it has downloaded it.
    subprocess.run(["go", "mod", "download", "-json", name], check=False, capture_output=True)
    return (pathlib.Path(output("go", "env", "GOMODCACHE").strip()) / name / file).read_text()


def main(guide: str) -> None:
    text = output("git", "-C", guide, "show", f"{GUIDE_COMMIT}:doc_source/container-instance-eni.md")
    documented = {name.replace("\\", ""): int(tasks) for name, tasks in re.findall(r"^\| (\S+) \| \d+ \| (\d+) \|", text, re.M)}

    limits = module(CONTROLLER, "pkg/aws/vpc/limits.go")
    row = r'\t"([^"]+)": \{\n\t\tInterface: +\d+,\n.*?\n\t\tIsTrunkingCompatible: +(true|false),\n\t\tBranchInterface: +(\d+)'
    branches = {name: int(count) if trunks == "true" else 0 for name, trunks, count in re.findall(row, limits)}

    pricing = module(KARPENTER, "pkg/providers/pricing/zz_generated.pricing_aws.go")
    generated = re.search(r"generated at ([\d-]+)", pricing)[1]
    region = pricing[pricing.index('"us-east-1": {') :]
    prices = {name: float(price) for name, price in re.findall(r'"([a-z0-9.-]+)": ([\d.]+)', region[: region.index("\n\t},")])}

    described = json.loads(gzip.decompress((pathlib.Path(moto.__file__).parent / "ec2/resources/instance_types.json.gz").read_bytes()))

    types = {
        name: {
            "vcpus": described[name]["VCpuInfo"]["DefaultVCpus"],
            "memoryMiB": described[name]["MemoryInfo"]["SizeInMiB"],
            "architecture": described[name]["ProcessorInfo"]["SupportedArchitectures"][-1],
            "documented": documented.get(name),
            "branches": branches.get(name),
            "price": price,
        }
        for name, price in sorted(prices.items())
        if TYPE.fullmatch(name)
    }
    source = {
        "documented": f"{GUIDE}@{GUIDE_COMMIT[:7]} doc_source/container-instance-eni.md",
        "branches": f"{CONTROLLER} pkg/aws/vpc/limits.go",
        "price": f"{KARPENTER} pkg/providers/pricing/zz_generated.pricing_aws.go, {generated}",
        "others": f"moto {moto.__version__} ec2/resources/instance_types.json.gz",
    }
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in types.items())
    print(f'{{\n  "source": {json.dumps(source, indent=2).replace(chr(10), chr(10) + "  ")},\n  "types": {{\n{rows}\n  }}\n}}')


if __name__ == "__main__":
    main(sys.argv[1])
