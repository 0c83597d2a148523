"""The resource types that moto's CloudFormation does not make, or makes without most of their properties."""

import json
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from .migration import MIGRATION_STUBS
from .monitoring import MONITORING_STUBS
from .api import client
from .stub import Stub, camel
from .stores import STORE_STUBS


class Secret(Stub, CloudFormationModel):
    TYPE = "AWS::SecretsManager::Secret"
    NAME = "Name"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("secretsmanager").create_secret(Name=name, Description=properties.get("Description", ""), **cls.value(properties))
        return made["ARN"], {"Id": made["ARN"]}

    def remove(self) -> None:
        client("secretsmanager").delete_secret(SecretId=self.physical_resource_id, ForceDeleteWithoutRecovery=True)

    @classmethod
    def value(cls, properties: dict[str, Any]) -> dict[str, str]:
        """Nothing where nothing is said."""
        if "GenerateSecretString" in properties:
            return {"SecretString": cls.generated(**properties["GenerateSecretString"])}
        return {"SecretString": properties["SecretString"]} if "SecretString" in properties else {}

    @staticmethod
    def generated(SecretStringTemplate: str | None = None, GenerateStringKey: str | None = None, **how: Any) -> str:
        value = client("secretsmanager").get_random_password(**how)["RandomPassword"]
        return value if SecretStringTemplate is None else json.dumps({**json.loads(SecretStringTemplate), GenerateStringKey: value})


class PrivateDnsNamespace(Stub, CloudFormationModel):
    TYPE = "AWS::ServiceDiscovery::PrivateDnsNamespace"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        api = client("servicediscovery")
        operation = api.get_operation(OperationId=api.create_private_dns_namespace(**properties)["OperationId"])["Operation"]
        made = api.get_namespace(Id=operation["Targets"]["NAMESPACE"])["Namespace"]
        return made["Id"], {"Id": made["Id"], "Arn": made["Arn"], "HostedZoneId": made["Properties"]["DnsProperties"]["HostedZoneId"]}

    def remove(self) -> None:
        client("servicediscovery").delete_namespace(Id=self.physical_resource_id)


class DiscoveryService(Stub, CloudFormationModel):
    TYPE = "AWS::ServiceDiscovery::Service"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("servicediscovery").create_service(**properties)["Service"]
        return made["Id"], {"Id": made["Id"], "Arn": made["Arn"], "Name": made["Name"]}

    def remove(self) -> None:
        client("servicediscovery").delete_service(Id=self.physical_resource_id)


class ScalableTarget(Stub, CloudFormationModel):
    TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        client("application-autoscaling").register_scalable_target(**properties)
        return "|".join(properties[key] for key in ("ResourceId", "ScalableDimension", "ServiceNamespace")), {}

    def remove(self) -> None:
        keys = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        client("application-autoscaling").deregister_scalable_target(**{key: self.properties[key] for key in keys})


class ScalingPolicy(Stub, CloudFormationModel):
    TYPE = "AWS::ApplicationAutoScaling::ScalingPolicy"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        resource, dimension, namespace = properties["ScalingTargetId"].split("|")
        others = {key: value for key, value in properties.items() if key != "ScalingTargetId"}
        made = client("application-autoscaling").put_scaling_policy(
            ResourceId=resource, ScalableDimension=dimension, ServiceNamespace=namespace, **others)
        return made["PolicyARN"], {"Arn": made["PolicyARN"]}

    def remove(self) -> None:
        resource, dimension, namespace = self.properties["ScalingTargetId"].split("|")
        client("application-autoscaling").delete_scaling_policy(
            PolicyName=self.properties["PolicyName"], ResourceId=resource, ScalableDimension=dimension, ServiceNamespace=namespace)


class SecurityGroupEgress(Stub, CloudFormationModel):
    TYPE = "AWS::EC2::SecurityGroupEgress"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("ec2").authorize_security_group_egress(GroupId=properties["GroupId"], IpPermissions=[cls.permission(properties)])
        rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return rule, {"Id": rule}

    def remove(self) -> None:
        """It goes with its group."""

    @staticmethod
    def permission(properties: dict[str, Any]) -> dict[str, Any]:
        description = {"Description": properties.get("Description", "")}
        return {
            "IpProtocol": properties["IpProtocol"],
            **{key: int(properties[key]) for key in ("FromPort", "ToPort") if key in properties},
            **({"IpRanges": [{"CidrIp": properties["CidrIp"], **description}]} if "CidrIp" in properties else {}),
            **({"UserIdGroupPairs": [{"GroupId": properties["DestinationSecurityGroupId"], **description}]}
               if "DestinationSecurityGroupId" in properties else {}),
        }


class SubnetRouteTableAssociation(Stub, CloudFormationModel):
    TYPE = "AWS::EC2::SubnetRouteTableAssociation"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("ec2").associate_route_table(**properties)["AssociationId"]
        return made, {"Id": made}

    def remove(self) -> None:
        client("ec2").disassociate_route_table(AssociationId=self.physical_resource_id)


class TaskDefinition(Stub, CloudFormationModel):
    TYPE = "AWS::ECS::TaskDefinition"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("ecs").register_task_definition(**camel(properties))["taskDefinition"]
        return made["taskDefinitionArn"], {"TaskDefinitionArn": made["taskDefinitionArn"]}

    def remove(self) -> None:
        client("ecs").deregister_task_definition(taskDefinition=self.physical_resource_id)

    def change(self, properties: dict[str, Any]) -> "TaskDefinition":
        """Another revision, as CloudFormation has it: none can be changed."""
        ref, attributes = self.make("", properties)
        self.remove()
        return TaskDefinition(ref, attributes, properties, self.policy)


class CapacityProviders(Stub, CloudFormationModel):
    TYPE = "AWS::ECS::ClusterCapacityProviderAssociations"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        client("ecs").put_cluster_capacity_providers(**camel(properties))
        return properties["Cluster"], {}

    def remove(self) -> None:
        client("ecs").put_cluster_capacity_providers(cluster=self.properties["Cluster"], capacityProviders=[], defaultCapacityProviderStrategy=[])


class Service(Stub, CloudFormationModel):
    TYPE = "AWS::ECS::Service"
    NAME = "ServiceName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        # Without a count CloudFormation starts one task.
        made = client("ecs").create_service(**{"serviceName": name, "desiredCount": 1, **cls.launched(properties)})["service"]
        return made["serviceArn"], {"ServiceArn": made["serviceArn"], "Name": made["serviceName"]}

    def change(self, properties: dict[str, Any]) -> "Service":
        # What is left out now is taken away with nothing in its place; the API would keep it.
        gone = {"LoadBalancers": [], "ServiceRegistries": [], "HealthCheckGracePeriodSeconds": 0}
        update = {**{name: nothing for name, nothing in gone.items() if name in self.properties}, **properties}
        known = client("ecs").meta.service_model.operation_model("UpdateService").input_shape.members
        changed = {name: value for name, value in self.launched(update).items() if name in known}
        client("ecs").update_service(service=self.physical_resource_id, **changed)
        return Service(self.physical_resource_id, self.attributes, properties, self.policy)

    @staticmethod
    def launched(properties: dict[str, Any]) -> dict[str, Any]:
        """The properties as moto takes them, which knows launch types only. ECS refuses a capacity provider that the cluster does not have."""
        strategy = properties.get("CapacityProviderStrategy")
        others = {key: value for key, value in properties.items() if key not in ("CapacityProviderStrategy", "ForceNewDeployment")}
        if not strategy:
            return camel(others)
        associated = client("ecs").describe_clusters(clusters=[properties["Cluster"]])["clusters"][0].get("capacityProviders") or []
        if any(item["CapacityProvider"] not in associated for item in strategy):
            raise ValidationError(message=f"a capacity provider is not associated with the cluster {properties['Cluster']}")
        return camel({**others, "LaunchType": "FARGATE"})

    def remove(self) -> None:
        client("ecs").delete_service(cluster=self.properties["Cluster"], service=self.physical_resource_id, force=True)


STUBS = (
    Secret, PrivateDnsNamespace, DiscoveryService, ScalableTarget, ScalingPolicy, SecurityGroupEgress, SubnetRouteTableAssociation, TaskDefinition,
    CapacityProviders, Service,
    *STORE_STUBS, *MIGRATION_STUBS, *MONITORING_STUBS,
)
