"""Alarms, schedules and backups, made with the own APIs of CloudWatch, EventBridge Scheduler and AWS Backup."""

from typing import Any

from moto.core.common_models import CloudFormationModel
from .api import client
from .stub import Stub
from .stores import renamed


class MetricAlarm(Stub, CloudFormationModel):
    TYPE = "AWS::CloudWatch::Alarm"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        alarm = properties.get("AlarmName", name)
        client("cloudwatch").put_metric_alarm(**{**properties, "AlarmName": alarm})
        found = client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return alarm, {"Arn": found[0]["AlarmArn"]}

    def change(self, properties: dict[str, Any]) -> "MetricAlarm":
        name, attributes = self.make(self.physical_resource_id, properties)
        return MetricAlarm(name, attributes, properties, self.policy)

    def remove(self) -> None:
        client("cloudwatch").delete_alarms(AlarmNames=[self.physical_resource_id])


class CompositeAlarm(Stub, CloudFormationModel):
    """A name and nothing behind it: moto keeps no such alarms."""

    TYPE = "AWS::CloudWatch::CompositeAlarm"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        alarm = properties["AlarmName"]
        return alarm, {"Arn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{alarm}"}

    def change(self, properties: dict[str, Any]) -> "CompositeAlarm":
        name, attributes = self.make(self.physical_resource_id, properties)
        return CompositeAlarm(name, attributes, properties, self.policy)

    def remove(self) -> None:
        """There is nothing."""


class Schedule(Stub, CloudFormationModel):
    TYPE = "AWS::Scheduler::Schedule"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        schedule = properties.get("Name", name)[:64]
        made = client("scheduler").create_schedule(**{**properties, "Name": schedule})
        return schedule, {"Arn": made["ScheduleArn"]}

    def change(self, properties: dict[str, Any]) -> "Schedule":
        changed = client("scheduler").update_schedule(**{**properties, "Name": self.physical_resource_id})
        return Schedule(self.physical_resource_id, {"Arn": changed["ScheduleArn"]}, properties, self.policy)

    def remove(self) -> None:
        client("scheduler").delete_schedule(Name=self.physical_resource_id)


class BackupVault(Stub, CloudFormationModel):
    TYPE = "AWS::Backup::BackupVault"
    NAME = "BackupVaultName"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        key = {key: properties[key] for key in ("EncryptionKeyArn",) if key in properties}
        made = client("backup").create_backup_vault(BackupVaultName=properties["BackupVaultName"], **key)
        return properties["BackupVaultName"], {"BackupVaultName": properties["BackupVaultName"], "BackupVaultArn": made["BackupVaultArn"]}

    def remove(self) -> None:
        client("backup").delete_backup_vault(BackupVaultName=self.physical_resource_id)


class BackupPlan(Stub, CloudFormationModel):
    TYPE = "AWS::Backup::BackupPlan"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        plan = renamed(properties["BackupPlan"], {"BackupPlanRule": "Rules"})
        rules = [renamed(rule, {"TargetBackupVault": "TargetBackupVaultName"}) for rule in plan["Rules"]]
        made = client("backup").create_backup_plan(BackupPlan={**plan, "Rules": rules})
        return made["BackupPlanId"], {"BackupPlanId": made["BackupPlanId"], "BackupPlanArn": made["BackupPlanArn"]}

    def remove(self) -> None:
        client("backup").delete_backup_plan(BackupPlanId=self.physical_resource_id)


class BackupSelection(Stub, CloudFormationModel):
    """A name and nothing behind it: moto keeps no selections."""

    TYPE = "AWS::Backup::BackupSelection"

    @classmethod
    def make(cls, name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        return name, {"Id": name, "SelectionId": name, "BackupPlanId": properties["BackupPlanId"]}

    def remove(self) -> None:
        """There is nothing."""


MONITORING_STUBS = (MetricAlarm, CompositeAlarm, Schedule, BackupVault, BackupPlan, BackupSelection)
