"""What moto's CloudFormation drops or cannot do, measured without any stub. Prints JSON: for each name whether that is still so.

Usage: python -m emulator.probe, in the folder above.
"""

import json
from typing import Any, Callable

import boto3
from moto import mock_aws
from moto.core.config import default_user_config

from .store_probe import probe_stores


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


FIXED = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]
RESOURCES = {
    "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    "Subnet1": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/27", AvailabilityZone="us-east-1a"),
    "Subnet2": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.32/27", AvailabilityZone="us-east-1b"),
    "Table": resource("EC2::RouteTable", VpcId=ref("Vpc")),
    "Association": resource("EC2::SubnetRouteTableAssociation", SubnetId=ref("Subnet1"), RouteTableId=ref("Table")),
    "Group": resource("EC2::SecurityGroup", VpcId=ref("Vpc"), GroupDescription="probe", SecurityGroupEgress=[
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16"}]),
    "Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", Subnets=[ref("Subnet1"), ref("Subnet2")], LoadBalancerAttributes=[
        {"Key": "idle_timeout.timeout_seconds", "Value": "1800"}]),
    "Targets": resource("ElasticLoadBalancingV2::TargetGroup", VpcId=ref("Vpc"), Port=80, Protocol="HTTP", TargetGroupAttributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": "31"}]),
    "Listener": resource("ElasticLoadBalancingV2::Listener", LoadBalancerArn=ref("Balancer"), Port=80, Protocol="HTTP", DefaultActions=FIXED,
                         ListenerAttributes=[{"Key": "routing.http.response.server.enabled", "Value": "false"}]),
    "Cluster": resource("ECS::Cluster", ClusterSettings=[{"Name": "containerInsights", "Value": "enabled"}]),
    "Task": resource("ECS::TaskDefinition", Cpu="512", Memory="1024", RequiresCompatibilities=["FARGATE"], NetworkMode="awsvpc",
                     ContainerDefinitions=[{"Name": "probe", "Image": "probe"}]),
    "Service": resource("ECS::Service", Cluster=ref("Cluster"), TaskDefinition=ref("Task"), LaunchType="FARGATE", NetworkConfiguration={
        "AwsvpcConfiguration": {"Subnets": [ref("Subnet1")]}}),
}
RULE = resource("ElasticLoadBalancingV2::ListenerRule", ListenerArn=ref("Listener"), Priority=1, Actions=FIXED, Conditions=[
    {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/$"]}}])
REWRITE = resource("ElasticLoadBalancingV2::ListenerRule", ListenerArn=ref("Listener"), Priority=2, Actions=FIXED, Conditions=[
    {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/"]}}], Transforms=[
    {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a$", "Replace": "/"}]}}])
FULL_NAME = resource("EC2::SecurityGroup", VpcId=ref("Vpc"), GroupDescription={"Fn::GetAtt": ["Targets", "TargetGroupFullName"]})
PARAMETER = {"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/probe"}}


def fails(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except Exception:  # noqa: BLE001 - moto fails in many ways
        return True
    return False


def deploy(name: str, **sections: Any) -> dict[str, str]:
    api = boto3.client("cloudformation")
    api.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": RESOURCES, **sections}))
    return {made["LogicalResourceId"]: made["PhysicalResourceId"] for made in api.describe_stack_resources(StackName=name)["StackResources"]}


def values(attributes: list[dict[str, str]]) -> list[str]:
    return [attribute["Value"] for attribute in attributes]


def update_with_ssm_parameter() -> None:
    boto3.client("ssm").put_parameter(Name="/probe", Value="1", Type="String")
    deploy("parameter", Parameters=PARAMETER)
    body = json.dumps({"Resources": {**RESOURCES, "Other": resource("ECS::Cluster")}, "Parameters": PARAMETER})
    boto3.client("cloudformation").update_stack(
        StackName="parameter", TemplateBody=body, Parameters=[{"ParameterKey": "Version", "UsePreviousValue": True}])


def outputs_of_change_set() -> list[Any]:
    api = boto3.client("cloudformation")
    body = json.dumps({"Resources": RESOURCES, "Outputs": {"Vpc": {"Value": ref("Vpc")}}})
    made = api.create_change_set(StackName="outputs", ChangeSetName="outputs", ChangeSetType="CREATE", TemplateBody=body)
    api.execute_change_set(ChangeSetName=made["Id"])
    return api.describe_stacks(StackName="outputs")["Stacks"][0].get("Outputs", [])


def delete_protected() -> bool:
    api = boto3.client("elbv2")
    arn = deploy("protected")["Balancer"]
    api.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}])
    return not fails(lambda: api.delete_load_balancer(LoadBalancerArn=arn))


def transforms_of_rule() -> list[Any]:
    arn = deploy("rewrite", Resources={**RESOURCES, "Rewrite": REWRITE})["Rewrite"]
    return boto3.client("elbv2").describe_rules(RuleArns=[arn])["Rules"][0].get("Transforms", [])


def executes_nothing() -> bool:
    """Whether a state machine that a stack makes is not there where moto executes them."""
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    made = deploy("machine", Resources={"Machine": resource("StepFunctions::StateMachine", DefinitionString=definition, RoleArn="arn:aws:iam::123456789012:role/probe")})
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    try:
        return fails(lambda: boto3.client("stepfunctions").describe_state_machine(stateMachineArn=made["Machine"]))
    finally:
        default_user_config["stepfunctions"] = {"execute_state_machine": False}


def newest_of_family() -> int:
    api = boto3.client("ecs")
    containers = [{"name": "probe", "image": "probe", "memory": 128}]
    made = [api.register_task_definition(family="family", containerDefinitions=containers)["taskDefinition"] for _ in range(2)]
    api.deregister_task_definition(taskDefinition=made[1]["taskDefinitionArn"])
    return api.describe_task_definition(taskDefinition="family")["taskDefinition"]["revision"]


@mock_aws
def probe() -> dict[str, bool]:
    made = deploy("probe")
    ec2, ecs, elbv2, cloudformation = (boto3.client(name) for name in ("ec2", "ecs", "elbv2", "cloudformation"))
    cluster = ecs.describe_clusters(clusters=[made["Cluster"]], include=["SETTINGS"])["clusters"][0]
    service = ecs.describe_services(cluster=made["Cluster"], services=[made["Service"]])["services"][0]
    task = ecs.describe_task_definition(taskDefinition=made["Task"])["taskDefinition"]
    table = ec2.describe_route_tables(RouteTableIds=[made["Table"]])["RouteTables"][0]
    egress = ec2.describe_security_groups(GroupIds=[made["Group"]])["SecurityGroups"][0]["IpPermissionsEgress"]
    balancer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=made["Balancer"])["Attributes"]
    targets = elbv2.describe_target_group_attributes(TargetGroupArn=made["Targets"])["Attributes"]
    listener = elbv2.describe_listener_attributes(ListenerArn=made["Listener"])["Attributes"]
    return {
        "AWS::EC2::SecurityGroup SecurityGroupEgress": any(rule["IpProtocol"] == "-1" for rule in egress),
        "AWS::EC2::SubnetRouteTableAssociation": not table["Associations"],
        "AWS::ECS::Cluster ClusterSettings": {"name": "containerInsights", "value": "enabled"} not in cluster["settings"],
        "AWS::ECS::Service NetworkConfiguration, LoadBalancers, ...": "networkConfiguration" not in service["deployments"][0],
        "AWS::ECS::TaskDefinition Cpu, NetworkMode, roles, ...": task.get("networkMode") != "awsvpc" or task.get("cpu") != "512",
        "AWS::ElasticLoadBalancingV2::LoadBalancer LoadBalancerAttributes": "1800" not in values(balancer),
        "AWS::ElasticLoadBalancingV2::TargetGroup TargetGroupAttributes": "31" not in values(targets),
        "AWS::ElasticLoadBalancingV2::TargetGroup TargetGroupFullName": fails(lambda: deploy("name", Resources={**RESOURCES, "Named": FULL_NAME})),
        "AWS::ElasticLoadBalancingV2::Listener ListenerAttributes": "false" not in values(listener),
        "AWS::ElasticLoadBalancingV2::ListenerRule RegexValues": fails(lambda: deploy("rule", Resources={**RESOURCES, "Rule": RULE})),
        "AWS::ElasticLoadBalancingV2::ListenerRule Transforms": not transforms_of_rule(),
        "AWS::StepFunctions::StateMachine": executes_nothing(),
        "a family of task definitions, its newest deregistered": newest_of_family() == 2,
        "deletion protection of a load balancer": delete_protected(),
        "deleting a change set that is not there": fails(
            lambda: cloudformation.delete_change_set(StackName="probe", ChangeSetName="none")),
        "outputs of a stack that a change set makes": not outputs_of_change_set(),
        "UsePreviousValue of an SSM parameter": fails(update_with_ssm_parameter),
        **probe_stores(fails),
    }


if __name__ == "__main__":
    print(json.dumps(probe()))
