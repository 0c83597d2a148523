"""What moto's CloudFormation does differently when a stack is deployed with change sets."""

from typing import Any

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, cloudformation_backends
from moto.cloudformation.parsing import ResourceMap


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def know_missing_change_sets() -> None:
    """The CDK deletes the change set of the last deployment first, and waits until it is not there."""
    delete = CloudFormationBackend.delete_change_set
    describe = CloudFormationBackend.describe_change_set

    def is_there(self: CloudFormationBackend, change_set_name: str) -> bool:
        return any(change_set_name in (key, known.change_set_name) for key, known in self.change_sets.items())

    def delete_change_set(self: CloudFormationBackend, change_set_name: str) -> None:
        if is_there(self, change_set_name):
            delete(self, change_set_name)

    def describe_change_set(self: CloudFormationBackend, change_set_name: str) -> ChangeSet | None:
        if not is_there(self, change_set_name):
            raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist")
        return describe(self, change_set_name)

    CloudFormationBackend.delete_change_set = delete_change_set
    CloudFormationBackend.describe_change_set = describe_change_set


def keep_resolved_parameters() -> None:
    """UsePreviousValue gives moto the value of an SSM parameter, which it then takes for the parameter's name."""
    resolve = ResourceMap.parse_ssm_parameter

    def parse_ssm_parameter(self: ResourceMap, value: str, value_type: str) -> Any:
        return resolve(self, value, value_type) if value.startswith("/") else value

    ResourceMap.parse_ssm_parameter = parse_ssm_parameter


def know_outputs() -> None:
    """moto makes a stack's outputs from the template that it began with, which is empty where a change set makes the stack, and so exports nothing."""
    apply = ChangeSet.apply

    def apply_with_outputs(self: ChangeSet) -> None:
        exports = cloudformation_backends[self.stack.account_id][self.stack.region_name].exports
        self.stack.resource_map.cross_stack_resources = exports
        apply(self)
        self.stack.template_dict = self.template_dict
        self.stack.output_map = self.stack._create_output_map()
        exports.update({export.name: export for export in self.stack.exports})

    ChangeSet.apply = apply_with_outputs


def install() -> None:
    know_missing_change_sets()
    keep_resolved_parameters()
    know_outputs()
