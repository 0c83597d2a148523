"""What moto's CloudFormation makes and then leaves behind when the stack goes: deleted with the service's own API."""

from typing import Any, Callable

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap
from moto.core.common_models import CloudFormationModel
from moto.ec2.models.security_groups import SecurityGroup
from moto.rds.models import DBParameterGroup

from .api import client


def internet_gateway(gateway: str) -> None:
    for attachment in client("ec2").describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"][0]["Attachments"]:
        client("ec2").detach_internet_gateway(InternetGatewayId=gateway, VpcId=attachment["VpcId"])
    client("ec2").delete_internet_gateway(InternetGatewayId=gateway)


def route_table(table: str) -> None:
    # CloudFormation deletes in the order of dependencies; moto in any order, and once more what has failed.
    in_use = [endpoint for endpoint in client("ec2").describe_vpc_endpoints()["VpcEndpoints"] if endpoint["State"] != "deleted"]
    if any(table in endpoint["RouteTableIds"] for endpoint in in_use):
        raise ValidationError(message=f"a VPC endpoint still uses {table}")
    client("ec2").delete_route_table(RouteTableId=table)


# Each takes the id that Ref gives.
DELETIONS: dict[str, Callable[[str], Any]] = {
    "AWS::EC2::EIP": lambda address: client("ec2").release_address(PublicIp=address),
    "AWS::EC2::FlowLog": lambda flow_log: client("ec2").delete_flow_logs(FlowLogIds=[flow_log]),
    "AWS::EC2::InternetGateway": internet_gateway,
    "AWS::EC2::NatGateway": lambda gateway: client("ec2").delete_nat_gateway(NatGatewayId=gateway),
    "AWS::EC2::RouteTable": route_table,
    "AWS::EC2::VPCEndpoint": lambda endpoint: client("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint]),
    "AWS::ECS::Cluster": lambda cluster: client("ecs").delete_cluster(cluster=cluster),
    "AWS::ElasticLoadBalancingV2::ListenerRule": lambda rule: client("elbv2").delete_rule(RuleArn=rule),
    "AWS::ElasticLoadBalancingV2::TargetGroup": lambda group: client("elbv2").delete_target_group(TargetGroupArn=group),
}


def can_delete(model: type[CloudFormationModel]) -> bool:
    # The names that moto's own ResourceMap looks for.
    return hasattr(model, "delete") or not hasattr(model.delete_from_cloudformation_json, "__isabstractmethod__")


def keep_while_used(model: Any, used: Callable[[dict[str, Any]], list[str]], name: Callable[[Any], str]) -> None:
    """moto deletes what a database needs, and can then answer nothing about the database."""
    delete = model.delete

    def delete_unused(self: Any, account_id: str, region_name: str) -> None:
        if any(name(self) in used(database) for database in client("rds").describe_db_instances()["DBInstances"]):
            raise ValidationError(message=f"a database still uses {name(self)}")
        delete(self, account_id, region_name)

    model.delete = delete_unused


def keep_retained() -> None:
    """moto knows the policy Retain only. After a first creation that succeeded, RetainExceptOnCreate is the same."""
    delete = ResourceMap.delete

    def delete_others(self: ResourceMap) -> None:
        for resource in self._resource_json_map.values():
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
                resource["DeletionPolicy"] = "Retain"
        delete(self)

    ResourceMap.delete = delete_others


def forget_outputs() -> None:
    """The outputs of a stack are made when they are read. Those of a deleted stack would make the resources again that they refer to."""
    delete = Stack.delete

    def delete_with_outputs(self: Stack) -> None:
        delete(self)
        self.template_dict = {**self.template_dict, "Outputs": {}}
        self.output_map = self._create_output_map()

    Stack.delete = delete_with_outputs


def install(models: dict[str, type[CloudFormationModel]]) -> None:
    for resource_type, remove in DELETIONS.items():
        models[resource_type].delete = lambda self, account_id, region_name, remove=remove: remove(self.physical_resource_id)
    keep_while_used(SecurityGroup, lambda database: [group["VpcSecurityGroupId"] for group in database["VpcSecurityGroups"]], lambda group: group.id)
    keep_while_used(DBParameterGroup, lambda database: [group["DBParameterGroupName"] for group in database["DBParameterGroups"]], lambda group: group.name)
    keep_retained()
    forget_outputs()
