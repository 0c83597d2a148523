"""What AwsCustomResource of the CDK asks AWS for. moto calls its function in Docker only, and goes on without the answer."""

import json
from typing import Any

from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError

from .stand_in import client


def bootstrap_brokers(ClusterArn: str) -> dict[str, str]:
    """moto's Kafka has no such call: the names are made up, one for each broker of the cluster."""
    cluster = client("kafka").describe_cluster(ClusterArn=ClusterArn)["ClusterInfo"]
    names = (f"b-{number}.{cluster['ClusterName'].lower()}.kafka.us-east-1.amazonaws.com:9094" for number in range(1, cluster["NumberOfBrokerNodes"] + 1))
    return {"BootstrapBrokerStringTls": ",".join(names)}


CALLS = {("Kafka", "getBootstrapBrokers"): bootstrap_brokers}


def install() -> None:
    make = CustomModel.create_from_cloudformation_json

    def make_and_answer(resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any) -> CustomModel:
        if kwargs["ResourceType"] != "Custom::AWS":
            return make(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        call = json.loads(cloudformation_json["Properties"]["Create"])
        ask = CALLS.get((call["service"], call["action"]))
        if not ask:
            raise ValidationError(message=f"the emulator does not know the call {call['service']} {call['action']}")
        answer = ask(**call["parameters"])
        made = CustomModel(region_name, "", kwargs["LogicalId"], call["physicalResourceId"]["id"])
        made.set_data({path: answer[path] for path in call["outputPaths"]})
        return made

    CustomModel.create_from_cloudformation_json = make_and_answer
