"""What moto's CloudFormation does differently when a stack is deployed with change sets."""

from graphlib import TopologicalSorter
from typing import Any, Iterator

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, cloudformation_backends
from moto.cloudformation.parsing import ResourceMap
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroup


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


def change_rules() -> None:
    """moto makes another security group where rules change, and what refers to the old one keeps its id; CloudFormation changes the rules."""
    create = SecurityGroup.create_from_cloudformation_json.__func__

    def rules_of(cloudformation_json: dict[str, Any]) -> list[dict[str, Any]]:
        return [rule for rule in cloudformation_json["Properties"].get("SecurityGroupIngress", []) if "SourceSecurityGroupId" in rule]

    def create_and_know(cls: type[SecurityGroup], name: str, cloudformation_json: dict[str, Any], *args: Any, **kwargs: Any) -> SecurityGroup:
        group = create(cls, name, cloudformation_json, *args, **kwargs)
        group.rules_of_template = rules_of(cloudformation_json)
        return group

    def update(
        cls: type[SecurityGroup], original_resource: SecurityGroup, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> SecurityGroup:
        backend, group = ec2_backends[account_id][region_name], original_resource
        old, new = group.rules_of_template, rules_of(cloudformation_json)
        for change, rules in (
            (backend.revoke_security_group_ingress, [rule for rule in old if rule not in new]),
            (backend.authorize_security_group_ingress, [rule for rule in new if rule not in old]),
        ):
            for rule in rules:
                source = [{"GroupId": rule["SourceSecurityGroupId"]}]
                change(group.id, rule["IpProtocol"], rule["FromPort"], rule["ToPort"], [], source_groups=source, vpc_id=group.vpc_id)
        group.rules_of_template = new
        return group

    SecurityGroup.create_from_cloudformation_json = classmethod(create_and_know)
    SecurityGroup.update_from_cloudformation_json = classmethod(update)


def forget_removed_resources() -> None:
    """moto keeps what an update has removed, and takes it for what a later update adds under the same id: nothing would be made again."""
    update = ResourceMap.update

    def update_and_forget(self: ResourceMap, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
        removed = set(self._resource_json_map) - set(template["Resources"])
        update(self, template, parameters)
        for name in removed:
            self._parsed_resources.pop(name, None)

    ResourceMap.update = update_and_forget


def names_in(value: Any) -> Iterator[str]:
    """The names that part of a template refers to."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.partition(".")[0]
            else:
                yield from names_in(item)
    if isinstance(value, list):
        for item in value:
            yield from names_in(item)


def dependencies(resource: dict[str, Any]) -> set[str]:
    depends_on = resource.get("DependsOn", [])
    return {*([depends_on] if isinstance(depends_on, str) else depends_on), *names_in(resource.get("Properties"))}


def create_in_order() -> None:
    """moto adds resources in the order of the template, and passes over DependsOn."""
    update = ResourceMap.update

    def update_in_order(self: ResourceMap, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
        resources = template["Resources"]
        order = TopologicalSorter({name: sorted(dependencies(resource) & resources.keys()) for name, resource in resources.items()}).static_order()
        update(self, {**template, "Resources": {name: resources[name] for name in order}}, parameters)

    ResourceMap.update = update_in_order


def install() -> None:
    forget_removed_resources()
    create_in_order()
    change_rules()
    know_missing_change_sets()
    keep_resolved_parameters()
    know_outputs()
