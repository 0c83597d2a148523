"""What a migration is made of: the functions' own code is run in Node, the state machine by moto's interpreter; only containers are said to have run."""

import copy
import io
import json
import os
import subprocess
import tempfile
import time
import uuid
import zipfile
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.core.config import default_user_config
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.models import Container, EC2ContainerServiceBackend, Task
from moto.stepfunctions import models as stepfunctions
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService

from .api import client
from .stub import Stub

SIGNALS = "cloudformation-waitcondition"
# How many of the next migrations fail.
FAILING = ["migration"] * int(os.environ.get("FAIL_MIGRATIONS", "0"))
RUN = """
const [entry, file, event] = process.argv.slice(1);
require(entry).handler(JSON.parse(event), { getRemainingTimeInMillis: () => 90000 })
  .then((answer) => ({ answer: answer ?? null }), (error) => ({ errorMessage: String(error), errorType: error.name }))
  .then((result) => { require('node:fs').writeFileSync(file, JSON.stringify(result)); process.exit(0); });
"""


def call(function: str, event: Any) -> dict[str, Any]:
    """Runs a function with the code that was deployed; answers `answer`, or `errorMessage` and `errorType`."""
    code = get_backend("123456789012", "us-east-1").get_function(function).code
    archive = client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])["Body"].read()
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
        result = os.path.join(folder, "result.json")
        # The handler is behind the CDK's own entry point, which responds to CloudFormation.
        subprocess.run(["node", "-e", RUN, os.path.join(folder, "index.js"), result, json.dumps(event)], check=True, timeout=120)
        with open(result, encoding="utf-8") as file:
            return json.load(file)


class WaitConditionHandle(Stub, CloudFormationModel):
    """A presigned address of moto's S3, as AWS gives one of its own."""

    TYPE = "AWS::CloudFormation::WaitConditionHandle"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name: str, cloudformation_json: dict[str, Any], *_: Any, **__: Any) -> "WaitConditionHandle":
        api = client("s3")
        if SIGNALS not in [bucket["Name"] for bucket in api.list_buckets()["Buckets"]]:
            api.create_bucket(Bucket=SIGNALS)
        url = api.generate_presigned_url("put_object", Params={"Bucket": SIGNALS, "Key": f"{resource_name}-{uuid.uuid4()}"}, ExpiresIn=43200)
        return cls(url, {}, cloudformation_json.get("Properties", {}))

    def remove(self) -> None:
        """What was said stays."""


class WaitCondition(Stub, CloudFormationModel):
    """Waits until somebody has answered, and fails where the answer is a failure; not for as long as it might."""

    TYPE = "AWS::CloudFormation::WaitCondition"
    SECONDS = 60

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        signal = cls.signal(urlsplit(properties["Handle"]).path.rpartition("/")[2])
        if signal["Status"] != "SUCCESS":
            raise ValidationError(message=f"WaitCondition received failed message: '{signal['Reason']}' for uniqueId: {signal['UniqueId']}")
        return name, {"Data": json.dumps({signal["UniqueId"]: signal["Data"]})}

    @classmethod
    def signal(cls, key: str) -> dict[str, str]:
        api = client("s3")
        for _ in range(cls.SECONDS * 2):
            try:
                return json.loads(api.get_object(Bucket=SIGNALS, Key=key)["Body"].read())
            except api.exceptions.NoSuchKey:
                time.sleep(0.5)
        raise ValidationError(message=f"WaitCondition timed out. Received 0 conditions when expecting 1 ({cls.SECONDS} seconds)")

    def remove(self) -> None:
        """There is nothing."""


class StateMachine(Stub, CloudFormationModel):
    """moto makes it where nothing is executed."""

    TYPE = "AWS::StepFunctions::StateMachine"
    NAME = "StateMachineName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("stepfunctions").create_state_machine(name=name[-80:], definition=properties["DefinitionString"], roleArn=properties["RoleArn"])
        return made["stateMachineArn"], {"Arn": made["stateMachineArn"], "Name": name[-80:]}

    def change(self, properties: dict[str, Any]) -> "StateMachine":
        definition = {"definition": properties["DefinitionString"], "roleArn": properties["RoleArn"]}
        client("stepfunctions").update_state_machine(stateMachineArn=self.physical_resource_id, **definition)
        return StateMachine(self.physical_resource_id, self.attributes, properties, self.policy)

    def remove(self) -> None:
        client("stepfunctions").delete_state_machine(stateMachineArn=self.physical_resource_id)


class MigrationStart(CustomModel):
    """The custom resource that starts a migration, and stops it when it goes."""

    TYPE = "Custom::PostHogMigration"
    properties: dict[str, Any] = {}
    stopped = False

    @classmethod
    def make(cls, region: str, logical_id: str, properties: dict[str, Any]) -> "MigrationStart":
        result = call(properties["ServiceToken"], {"RequestType": "Create", "RequestId": str(uuid.uuid4()), "ResourceProperties": properties})
        if "errorMessage" in result:
            raise ValidationError(message=result["errorMessage"])
        made = cls(region, "", logical_id, result["answer"]["PhysicalResourceId"])
        made.properties = properties
        made.set_data({})
        return made

    def stop(self) -> None:
        self.stopped = True
        event = {"RequestType": "Delete", "PhysicalResourceId": self.physical_resource_id, "ResourceProperties": self.properties}
        result = call(self.properties["ServiceToken"], event)
        if "errorMessage" in result:
            raise ValidationError(message=result["errorMessage"])

    def delete(self, account_id: str, region_name: str) -> None:
        if not self.stopped:
            self.stop()


def end(backend: EC2ContainerServiceBackend, task: Task) -> None:
    """Says of each container that it has ended: well, or the last of them badly where one is to fail or its group begins with `fail`."""
    definition = backend.describe_task_definition(task.task_definition_arn)
    containers = definition.container_definitions
    task.containers = [Container(SimpleNamespace(arn=definition.arn, container_definitions=[container])) for container in containers]
    for made, container in zip(task.containers, containers):
        made.last_status = "STOPPED"
        options = container["logConfiguration"]["options"]
        log = {"logGroupName": options["awslogs-group"], "logStreamName": f"{options['awslogs-stream-prefix']}/{made.name}/{task.id}"}
        client("logs").create_log_stream(**log)
        client("logs").put_log_events(**log, logEvents=[{"timestamp": int(time.time() * 1000), "message": f"{made.name} of the emulator has not run"}])
    for interface in (detail["value"] for detail in task.attachments[0]["details"] if detail["name"] == "networkInterfaceId"):
        client("ec2").delete_network_interface(NetworkInterfaceId=interface)
    task.containers[-1].exitCode = 1 if task.group.startswith("fail") or (FAILING and FAILING.pop()) else 0
    task.desired_status = task.last_status = "STOPPED"
    task.stopped_reason = "Essential container in task exited"


def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
    event = json.loads(parameters["Payload"])
    if "beforeMigration" in event:
        # There is no ClickHouse to back up. The function has tests of its own.
        return {"StatusCode": 200, "Payload": {"outcome": "done", "message": "there is no ClickHouse"}}
    result = call(parameters["FunctionName"], event)
    if "errorMessage" in result:
        raise lambda_eval_utils.LambdaFunctionErrorException("Unhandled", json.dumps(result))
    return {"StatusCode": 200, "Payload": result["answer"]}


def shapes(task: StateTaskService, service: str | None, action: str | None) -> Any:
    api = client(task._get_boto_service_name(service))
    return api.meta.service_model.operation_model(api.meta.method_to_api_mapping[task._get_boto_service_action(action)])


def spell() -> None:
    """Step Functions spells what it asks and hears in a way of its own; moto has the way there and back, and does not go it."""

    def ask(self: StateTaskService, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        self._to_boto_request(parameters, shapes(self, boto_service_name, service_action_name).input_shape)

    def hear(self: StateTaskService, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        self._from_boto_response(response, shapes(self, boto_service_name, service_action_name).output_shape)
        # Times are texts there.
        plain = json.loads(json.dumps(response, default=lambda value: value.isoformat()))
        response.clear()
        response.update(plain)

    StateTaskService._normalise_parameters = ask
    StateTaskService._normalise_response = hear


def stop_first() -> None:
    """CloudFormation deletes what needs others before these; moto in any order."""
    delete = parsing.ResourceMap.delete

    def stop_and_delete(self: parsing.ResourceMap) -> None:
        for resource in list(self._parsed_resources.values()):
            if isinstance(resource, MigrationStart):
                resource.stop()
        delete(self)

    parsing.ResourceMap.delete = stop_and_delete


MIGRATION_STUBS = (WaitConditionHandle, WaitCondition, StateMachine)


def start_again() -> None:
    """moto copies a state machine for each execution, with all earlier executions, and some of their threads cannot be copied."""

    def copy_without_executions(self: stepfunctions.StateMachine, _: dict[int, Any]) -> stepfunctions.StateMachine:
        copied = copy.copy(self)
        copied.executions = []
        return copied

    stepfunctions.StateMachine.__deepcopy__ = copy_without_executions


def install() -> None:
    start_again()
    # moto passes over wait conditions in silence.
    parsing.NULL_MODELS.clear()
    spell()
    stop_first()
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    lambda_eval_utils._invoke_lambda_function = invoke
    run = EC2ContainerServiceBackend.run_task

    def run_task(self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> list[Task]:
        tasks = run(self, *args, **kwargs)
        for task in tasks:
            end(self, task)
        return tasks

    EC2ContainerServiceBackend.run_task = run_task
    # moto fails where a container has no limit of its own, and where an address has no name.
    NetworkInterface.private_dns_name = ""
    EC2ContainerServiceBackend._calculate_task_resource_requirements = lambda self, task_definition: {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}
