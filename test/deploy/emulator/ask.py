"""Asks an AWS service that the tests have no client for. Prints the answer as JSON.

Usage: python -m emulator.ask SERVICE CALL PARAMETERS, in the folder above: the call as boto3 spells it, its parameters as JSON.
"""

import json
import sys

from .api import client

if __name__ == "__main__":
    service, call, parameters = sys.argv[1:]
    print(json.dumps(getattr(client(service), call)(**json.loads(parameters)), default=str))
