"""The parameters through which a migration has ClickHouse's servers install PostHog's functions. There are no servers: what is asked for is said to be done."""

import json
from typing import Any

from moto.ssm.models import Parameter, SimpleSystemManagerBackend


def name_parameters() -> None:
    """moto has no name for a parameter whose name CloudFormation generates."""
    create = Parameter.create_from_cloudformation_json.__func__

    def create_with_name(cls: type[Parameter], resource_name: str, cloudformation_json: dict[str, Any], *args: Any, **kwargs: Any) -> Parameter:
        properties = {"Name": resource_name, **cloudformation_json["Properties"]}
        return create(cls, resource_name, {**cloudformation_json, "Properties": properties}, *args, **kwargs)

    Parameter.create_from_cloudformation_json = classmethod(create_with_name)


def report() -> None:
    """Each server reports the run that the image is written with."""
    put = SimpleSystemManagerBackend.put_parameter

    def put_and_report(self: SimpleSystemManagerBackend, name: str, description: str, value: str, *args: Any, **kwargs: Any) -> Parameter:
        parameter = put(self, name, description, value, *args, **kwargs)
        asked = json.loads(value) if "AppImage" in name else {}
        if "run" in asked:
            done = json.dumps({**asked, "outcome": "installed", "message": ""})
            for other in [known for known in self._parameters if "AppFilesReport" in known]:
                put(self, other, "", done, "String", "", "", True, [], "text", tier=None, policies=None)
        return parameter

    SimpleSystemManagerBackend.put_parameter = put_and_report


def install() -> None:
    name_parameters()
    report()
