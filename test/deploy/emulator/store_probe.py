"""What moto does otherwise than AWS with the resources that stores are made from, measured without any stub; part of probe.py."""

import json
from typing import Any, Callable

import boto3

RESOURCES = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Volume": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "us-east-1a", "Size": 9, "Encrypted": True}},
    "Zone": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "probe.internal", "VPCs": [{"VPCId": {"Ref": "Vpc"}, "VPCRegion": "us-east-1"}]}},
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    "Database": {"Type": "AWS::RDS::DBInstance", "Properties": {
        "Engine": "postgres", "DBInstanceClass": "db.t4g.medium", "AllocatedStorage": "20", "MasterUsername": "probe", "MasterUserPassword": "probeprobe",
        "DeletionProtection": True}},
    "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {
        "ImageId": "ami-12c6146b", "InstanceType": "t3.micro", "MetadataOptions": {"HttpTokens": "required"}}}},
}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def deploy(name: str, resources: dict[str, Any]) -> dict[str, str]:
    api = boto3.client("cloudformation")
    api.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    return {made["LogicalResourceId"]: made["PhysicalResourceId"] for made in api.describe_stack_resources(StackName=name)["StackResources"]}


def refuses_everybody() -> bool:
    api = boto3.client("s3")
    api.create_bucket(Bucket="denied")
    api.put_bucket_policy(Bucket="denied", Policy=json.dumps({"Version": "2012-10-17", "Statement": [DENY]}))
    try:
        api.put_object(Bucket="denied", Key="probe", Body=b"")
    except api.exceptions.ClientError:
        return True
    return False


def drops_retain_except_on_create() -> bool:
    deploy("retain", {"Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate", "Properties": {"BucketName": "retained"}}})
    boto3.client("cloudformation").delete_stack(StackName="retain")
    return "retained" not in [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]


def cache() -> tuple[bool, bool]:
    """Whether a cache is still there when it is deleted, and whether it leaves no final snapshot."""
    api = boto3.client("elasticache")
    api.create_replication_group(ReplicationGroupId="probe", ReplicationGroupDescription="probe", Engine="valkey", CacheNodeType="cache.t4g.small")
    api.delete_replication_group(ReplicationGroupId="probe", FinalSnapshotIdentifier="probe")
    return bool(api.describe_replication_groups()["ReplicationGroups"]), not api.describe_snapshots()["Snapshots"]


def delete_group_in_use() -> None:
    ec2, rds = boto3.client("ec2"), boto3.client("rds")
    group = ec2.create_security_group(GroupName="used", Description="probe")["GroupId"]
    rds.create_db_instance(DBInstanceIdentifier="probe", Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20, MasterUsername="probe",
                           MasterUserPassword="probeprobe", VpcSecurityGroupIds=[group])
    ec2.delete_security_group(GroupId=group)


def leaves_references() -> bool:
    secret = boto3.client("secretsmanager").create_secret(Name="probe", SecretString=json.dumps({"key": "value"}))["ARN"]
    reference = "{{resolve:secretsmanager:" + secret + ":SecretString:key::}}"
    deploy("reference", {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/reference", "Type": "String", "Value": reference}}})
    return boto3.client("ssm").get_parameter(Name="/reference")["Parameter"]["Value"] == reference


def instance_options(template: str) -> dict[str, Any]:
    launched = boto3.client("ec2").run_instances(MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateId": template})["Instances"][0]
    return launched["MetadataOptions"]


def probe_stores(fails: Callable[[Callable[[], Any]], bool]) -> dict[str, bool]:
    ec2, kafka, rds, elasticache = (boto3.client(name) for name in ("ec2", "kafka", "rds", "elasticache"))
    made = deploy("stores", RESOURCES)
    database = rds.describe_db_instances()["DBInstances"][0]
    stays, no_snapshot = cache()
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="probe", CacheSubnetGroupDescription="probe", SubnetIds=[ec2.describe_subnets()["Subnets"][0]["SubnetId"]])
    return {
        "AWS::EC2::Volume Encrypted, Tags, ...": not ec2.describe_volumes(VolumeIds=[made["Volume"]])["Volumes"][0]["Encrypted"],
        "AWS::RDS::DBInstance DeletionProtection, VPCSecurityGroups, ...": not database["DeletionProtection"],
        "AWS::Route53::HostedZone VPCs": not boto3.client("route53").get_hosted_zone(Id=made["Zone"]).get("VPCs"),
        "AWS::S3::Bucket VersioningConfiguration, PublicAccessBlockConfiguration, ...":
            "Status" not in boto3.client("s3").get_bucket_versioning(Bucket=made["Bucket"]),
        "conditions of a bucket policy": refuses_everybody(),
        "dynamic references to secrets": leaves_references(),
        "DeletionPolicy RetainExceptOnCreate": drops_retain_except_on_create(),
        "parameter groups of ElastiCache": fails(lambda: elasticache.create_cache_parameter_group(
            CacheParameterGroupName="probe", CacheParameterGroupFamily="valkey8", Description="probe")),
        "deleting a subnet group of ElastiCache": fails(lambda: elasticache.delete_cache_subnet_group(CacheSubnetGroupName="probe")),
        "deleting a replication group of ElastiCache": stays,
        "the final snapshot of a replication group": no_snapshot,
        "configurations of MSK": fails(lambda: kafka.create_configuration(Name="probe", ServerProperties=b"")),
        "brokers of an MSK cluster": fails(lambda: kafka.get_bootstrap_brokers(ClusterArn="arn:aws:kafka:us-east-1:123456789012:cluster/probe")),
        "deleting what a database needs": not fails(delete_group_in_use),
        "instances of a launch template, MetadataOptions, NetworkInterfaces, ...": instance_options(made["Template"])["HttpTokens"] != "required",
    }
