"""What moto's ECS does differently with the revisions of a task definition."""

from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend


def active_revision(backend: EC2ContainerServiceBackend, family: str) -> int | None:
    revisions = backend.task_definitions.get(family, {})
    return max((number for number, definition in revisions.items() if definition.status == "ACTIVE"), default=None)


def install() -> None:
    """A family alone means its newest active revision; moto takes one that is deregistered too."""
    describe = EC2ContainerServiceBackend.describe_task_definition

    def describe_task_definition(self: EC2ContainerServiceBackend, task_definition_str: str) -> Any:
        family = task_definition_str.split("/")[-1]
        revision = None if ":" in family else active_revision(self, family)
        return describe(self, f"{family}:{revision}" if revision else task_definition_str)

    EC2ContainerServiceBackend.describe_task_definition = describe_task_definition
