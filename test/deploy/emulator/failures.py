"""Creations that fail, and what becomes of a stack then. The environment variable REFUSE_ONCE has the types whose first creation is refused."""

import os
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap

REFUSED = [kind for kind in os.environ.get("REFUSE_ONCE", "").split(",") if kind]


def refuse_once() -> None:
    create = parsing.parse_and_create_resource

    def create_unless_refused(logical_id: str, resource_json: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if resource_json["Type"] in REFUSED:
            REFUSED.remove(resource_json["Type"])
            raise ValidationError(message=f"the creation of {logical_id} is refused once")
        return create(logical_id, resource_json, *args, **kwargs)

    parsing.parse_and_create_resource = create_unless_refused


def keep_what_was_created() -> None:
    """As with DisableRollback: the stack has failed, what was created stays, and the next update creates the others."""
    execute = CloudFormationBackend.execute_change_set

    def execute_or_fail(self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        try:
            execute(self, change_set_name, stack_name)
        except ValidationError as failure:
            [change_set] = [known for key, known in self.change_sets.items() if change_set_name in (key, known.change_set_name)]
            stack = self.stacks[change_set.stack_id]
            resources: ResourceMap = stack.resource_map
            resources._resource_json_map = {name: json for name, json in resources._resource_json_map.items() if name in resources._parsed_resources}
            change_set.execution_status = "EXECUTE_FAILED"
            stack.status = f"{change_set.change_set_type}_FAILED"
            stack.template = change_set.template
            stack._add_stack_event(stack.status, resource_status_reason=failure.message)

    CloudFormationBackend.execute_change_set = execute_or_fail


def install() -> None:
    refuse_once()
    keep_what_was_created()
