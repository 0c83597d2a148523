"""Custom resources. moto calls their functions in Docker only, and goes on without the answer."""

import json
from typing import Any

from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError

from .migration import MigrationStart, call
from .api import client


def bootstrap_brokers(ClusterArn: str) -> dict[str, str]:
    """moto's Kafka has no such call: the names are made up, one for each broker of the cluster."""
    cluster = client("kafka").describe_cluster(ClusterArn=ClusterArn)["ClusterInfo"]
    names = (f"b-{number}.{cluster['ClusterName'].lower()}.kafka.us-east-1.amazonaws.com:9094" for number in range(1, cluster["NumberOfBrokerNodes"] + 1))
    return {"BootstrapBrokerStringTls": ",".join(names)}


CALLS = {("Kafka", "getBootstrapBrokers"): bootstrap_brokers}


def asked_of_aws(properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """AwsCustomResource of the CDK, which calls AWS."""
    asked = json.loads(properties["Create"])
    ask = CALLS.get((asked["service"], asked["action"]))
    if not ask:
        raise ValidationError(message=f"the emulator does not know the call {asked['service']} {asked['action']}")
    answer = ask(**asked["parameters"])
    return asked["physicalResourceId"]["id"], {path: answer[path] for path in asked["outputPaths"]}


def answered_by_function(properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The function's own code, as it was deployed, against this server."""
    event = {"RequestType": "Create", "RequestId": "first", "ResourceProperties": properties}
    result = call(properties["ServiceToken"], event)
    if "errorMessage" in result:
        raise ValidationError(message=f"the function failed: {result['errorMessage']}")
    return result["answer"].get("PhysicalResourceId", event["RequestId"]), result["answer"]["Data"]


def key_of_existing(properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The function's own code, without the question whether the stack is new: moto has no stack before all of its resources."""
    return answered_by_function({name: value for name, value in properties.items() if name != "Stack"})


def checked(_: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The emulator's load balancers answer nothing, so there is nothing to check."""
    return "checked", {"Result": "not checked: the load balancer is emulated"}


MADE = {"Custom::AWS": asked_of_aws, "Custom::PostHogRsaKey": answered_by_function, "Custom::PostHogFernetKey": key_of_existing, "Custom::PostHogDeploymentCheck": checked}


def install() -> None:
    make = CustomModel.create_from_cloudformation_json

    def make_and_answer(resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any) -> CustomModel:
        if kwargs["ResourceType"] == MigrationStart.TYPE:
            return MigrationStart.make(region_name, kwargs["LogicalId"], cloudformation_json["Properties"])
        stub = MADE.get(kwargs["ResourceType"])
        if not stub:
            return make(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        name, data = stub(cloudformation_json["Properties"])
        made = CustomModel(region_name, "", kwargs["LogicalId"], name)
        made.set_data(data)
        return made

    def update_and_answer(original_resource: CustomModel, new_resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str) -> CustomModel:
        return make_and_answer(new_resource_name, cloudformation_json, account_id, region_name, ResourceType=cloudformation_json["Type"], LogicalId=original_resource.logical_id)

    CustomModel.create_from_cloudformation_json = make_and_answer
    CustomModel.update_from_cloudformation_json = update_and_answer
