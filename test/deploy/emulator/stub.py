"""What every stub has in common.

moto keeps a model of most AWS services, but its CloudFormation knows how to make only some of their resources, and drops many of
their properties. A stub makes a resource the way CloudFormation does: it calls the service's own API, here of the same server,
with the properties of the template. botocore checks each call against the service's definition.
"""

import json
import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from .api import client

REFERENCE = re.compile(r"\{\{resolve:secretsmanager:(arn:.+?):SecretString:([^:}]+)::\}\}")


def camel(value: Any) -> Any:
    """A property as the APIs spell it that begin their names with small letters."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def resolved(value: Any) -> Any:
    """Properties with the secrets in them that they name (dynamic references), which moto leaves as they are."""
    if isinstance(value, dict):
        return {key: resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item) for item in value]
    return REFERENCE.sub(referenced, value) if isinstance(value, str) else value


def referenced(reference: re.Match[str]) -> str:
    secret, key = reference.groups()
    return json.loads(client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])[key]


class Stub:
    TYPE = ""
    NAME = ""

    def __init__(self, ref: str, attributes: dict[str, str], properties: dict[str, Any], policy: str = "Delete"):
        self.physical_resource_id = ref
        self.attributes = attributes
        self.properties = properties
        self.policy = policy

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """Calls the API; answers what Ref and Fn::GetAtt give."""
        raise NotImplementedError

    def remove(self) -> None:
        raise NotImplementedError

    def change(self, properties: dict[str, Any]) -> "Stub":
        """Updates it, or makes another in its place."""
        raise ValidationError(message=f"the emulator updates no {self.TYPE}, and this one has changed: {self.physical_resource_id}")

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> "Stub":
        properties = cloudformation_json["Properties"]
        ref, attributes = cls.make(resource_name, resolved(properties))
        return cls(ref, attributes, properties, cloudformation_json.get("DeletionPolicy", "Delete"))

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: "Stub", new_resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str
    ) -> "Stub":
        # moto also asks for an update where only DependsOn has changed.
        properties = cloudformation_json["Properties"]
        return original_resource if original_resource.properties == properties else original_resource.change(properties)

    def delete(self, account_id: str, region_name: str) -> None:
        self.remove()
