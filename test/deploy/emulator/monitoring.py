"""Alarms and schedules, made with CloudWatch's and EventBridge Scheduler's own APIs."""

from typing import Any

from moto.core.common_models import CloudFormationModel
from .api import client
from .stub import Stub


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


MONITORING_STUBS = (MetricAlarm, CompositeAlarm, Schedule)
