"""The emulated AWS as a client sees it. Imports nothing of moto, which takes seconds: `ask` starts once for each question."""

import functools
from typing import Any

import boto3
from botocore.config import Config


@functools.lru_cache
def client(service: str) -> Any:
    # Names of buckets cannot be subdomains of localhost.
    return boto3.client(service, config=Config(s3={"addressing_style": "path"}))
