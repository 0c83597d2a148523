"""The resource types of the stores that moto's CloudFormation does not make, or makes without most of their properties."""

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from .api import client
from .stub import Stub


def short(name: str, longest: int) -> str:
    """A name that CloudFormation would make where a service takes short ones of small letters: it ends with what is random."""
    start, _, end = name.lower().rpartition("-")
    return f"{start[:longest - len(end) - 1].rstrip('-')}-{end}"


def renamed(properties: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in properties.items()}


class SecretTargetAttachment(Stub, CloudFormationModel):
    """It writes into the secret where the database is."""

    TYPE = "AWS::SecretsManager::SecretTargetAttachment"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        secret, target = properties["SecretId"], properties["TargetId"]
        database = client("rds").describe_db_instances(DBInstanceIdentifier=target)["DBInstances"][0]
        cls.change(secret, {
            "engine": database["Engine"], "host": database["Endpoint"]["Address"], "port": database["Endpoint"]["Port"],
            "dbname": database["DBName"], "dbInstanceIdentifier": target,
        })
        return secret, {"Id": secret}

    def remove(self) -> None:
        """What it has written stays."""

    @staticmethod
    def change(secret: str, more: dict[str, Any]) -> None:
        api = client("secretsmanager")
        api.put_secret_value(SecretId=secret, SecretString=json.dumps({**json.loads(api.get_secret_value(SecretId=secret)["SecretString"]), **more}))


class DBInstance(Stub, CloudFormationModel):
    TYPE = "AWS::RDS::DBInstance"
    NAME = "DBInstanceIdentifier"

    # What CloudFormation uses elsewhere than when it makes the instance.
    LATER = ("AllowMajorVersionUpgrade", "DeleteAutomatedBackups")

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        given = renamed({key: value for key, value in properties.items() if key not in cls.LATER}, {"VPCSecurityGroups": "VpcSecurityGroupIds"})
        numbers = {key: int(given[key]) for key in ("AllocatedStorage", "Port") if key in given}
        # Ref gives moto's own object of a group in place of its name.
        groups = {key: getattr(given[key], "name", given[key]) for key in ("DBParameterGroupName", "DBSubnetGroupName") if key in given}
        made = client("rds").create_db_instance(**{**given, **numbers, **groups, "DBInstanceIdentifier": short(name, 63)})["DBInstance"]
        endpoint = made["Endpoint"]
        return made["DBInstanceIdentifier"], {"Endpoint.Address": endpoint["Address"], "Endpoint.Port": str(endpoint["Port"])}

    def remove(self) -> None:
        name = self.physical_resource_id
        last = {"FinalDBSnapshotIdentifier": f"{name}-snapshot"} if self.policy == "Snapshot" else {"SkipFinalSnapshot": True}
        automated = self.properties.get("DeleteAutomatedBackups", True)
        client("rds").delete_db_instance(DBInstanceIdentifier=name, DeleteAutomatedBackups=automated, **last)


class CacheSubnetGroup(Stub, CloudFormationModel):
    TYPE = "AWS::ElastiCache::SubnetGroup"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("elasticache").create_cache_subnet_group(
            CacheSubnetGroupName=name.lower(), CacheSubnetGroupDescription=properties["Description"], SubnetIds=properties["SubnetIds"])
        return made["CacheSubnetGroup"]["CacheSubnetGroupName"], {}

    def remove(self) -> None:
        """moto cannot."""


class CacheParameterGroup(Stub, CloudFormationModel):
    """A name and nothing behind it: moto keeps no such groups."""

    TYPE = "AWS::ElastiCache::ParameterGroup"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        return name.lower(), {}

    def remove(self) -> None:
        """There is nothing."""


class ReplicationGroup(Stub, CloudFormationModel):
    TYPE = "AWS::ElastiCache::ReplicationGroup"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        made = client("elasticache").create_replication_group(ReplicationGroupId=short(name, 40), **properties)["ReplicationGroup"]
        primary = made["NodeGroups"][0]["PrimaryEndpoint"]
        return made["ReplicationGroupId"], {"PrimaryEndPoint.Address": primary["Address"], "PrimaryEndPoint.Port": str(primary["Port"])}

    def remove(self) -> None:
        name = self.physical_resource_id
        if self.policy == "Snapshot":
            # moto takes no notice of a final snapshot.
            client("elasticache").create_snapshot(SnapshotName=f"{name}-snapshot", ReplicationGroupId=name)
        client("elasticache").delete_replication_group(ReplicationGroupId=name)


class KafkaConfiguration(Stub, CloudFormationModel):
    """An ARN and nothing behind it: moto keeps no configurations."""

    TYPE = "AWS::MSK::Configuration"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        arn = f"arn:aws:kafka:us-east-1:123456789012:configuration/{properties['Name']}/00000000-0000-0000-0000-000000000000-1"
        return arn, {"Arn": arn, "LatestRevision.Revision": "1"}

    def remove(self) -> None:
        """There is nothing."""


class KafkaCluster(Stub, CloudFormationModel):
    TYPE = "AWS::MSK::Cluster"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        nodes = properties["BrokerNodeGroupInfo"]
        storage = renamed(nodes["StorageInfo"], {"EBSStorageInfo": "EbsStorageInfo"})
        configuration = properties["ConfigurationInfo"]
        made = client("kafka").create_cluster(**{
            **properties,
            "BrokerNodeGroupInfo": {**nodes, "StorageInfo": storage},
            "ConfigurationInfo": {**configuration, "Revision": int(configuration["Revision"])},
        })
        return made["ClusterArn"], {"Arn": made["ClusterArn"]}

    def remove(self) -> None:
        client("kafka").delete_cluster(ClusterArn=self.physical_resource_id)


class Volume(Stub, CloudFormationModel):
    TYPE = "AWS::EC2::Volume"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        given = {key: value for key, value in properties.items() if key != "Tags"}
        made = client("ec2").create_volume(**given, TagSpecifications=[{"ResourceType": "volume", "Tags": properties.get("Tags", [])}])
        return made["VolumeId"], {"VolumeId": made["VolumeId"]}

    def remove(self) -> None:
        client("ec2").delete_volume(VolumeId=self.physical_resource_id)


class HostedZone(Stub, CloudFormationModel):
    TYPE = "AWS::Route53::HostedZone"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        networks = properties.get("VPCs", [])
        made = client("route53").create_hosted_zone(
            Name=properties["Name"], CallerReference=name, HostedZoneConfig={**properties.get("HostedZoneConfig", {}), "PrivateZone": bool(networks)},
            **({"VPC": networks[0]} if networks else {}))
        zone = made["HostedZone"]["Id"].rpartition("/")[2]
        return zone, {"Id": zone}

    def remove(self) -> None:
        client("route53").delete_hosted_zone(Id=self.physical_resource_id)


class BucketPolicy(Stub, CloudFormationModel):
    TYPE = "AWS::S3::BucketPolicy"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"]))
        return properties["Bucket"], {}

    def remove(self) -> None:
        client("s3").delete_bucket_policy(Bucket=self.physical_resource_id)


STORE_STUBS = (
    SecretTargetAttachment, DBInstance, CacheSubnetGroup, CacheParameterGroup, ReplicationGroup, KafkaConfiguration, KafkaCluster, Volume, HostedZone,
    BucketPolicy,
)
