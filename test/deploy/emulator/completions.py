"""What moto makes, but without some of its properties: completed with a further call of the service's own API."""

from typing import Any, Callable

from moto.elbv2.models import ELBv2Backend, FakeListener, FakeListenerRule, FakeLoadBalancer, FakeTargetGroup
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from .api import client


def complete(model: Any, then: Callable[[str, dict[str, Any]], Any]) -> None:
    make = model.create_from_cloudformation_json

    def make_and_complete(resource_name: str, cloudformation_json: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        resource = make(resource_name, cloudformation_json, *args, **kwargs)
        then(resource.arn, cloudformation_json["Properties"])
        return resource

    model.create_from_cloudformation_json = make_and_complete


def load_balancer(arn: str, properties: dict[str, Any]) -> None:
    client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=properties["LoadBalancerAttributes"])


def target_group(arn: str, properties: dict[str, Any]) -> None:
    client("elbv2").modify_target_group_attributes(TargetGroupArn=arn, Attributes=properties["TargetGroupAttributes"])


def listener(arn: str, properties: dict[str, Any]) -> None:
    if "ListenerAttributes" in properties:
        client("elbv2").modify_listener_attributes(ListenerArn=arn, Attributes=properties["ListenerAttributes"])


def bucket(arn: str, properties: dict[str, Any]) -> None:
    name = arn.rpartition(":")[2]
    api = client("s3")
    if "PublicAccessBlockConfiguration" in properties:
        api.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"])
    if "VersioningConfiguration" in properties:
        api.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    if "LifecycleConfiguration" in properties:
        rules = [lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        api.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation spells some of it in a way of its own."""
    names = {"ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker", "ExpirationInDays": "Days"}
    expiration = {names[key]: rule[key] for key in names if key in rule}
    return {
        **{key: value for key, value in rule.items() if key not in ("Id", "Prefix", *names)},
        "ID": rule["Id"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
        **({"Expiration": expiration} if expiration else {}),
    }


def apply_no_bucket_policy() -> None:
    """moto leaves the conditions of a policy out, and so refuses everybody what only requests without TLS are refused."""
    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL


def accept_regular_expressions() -> None:
    check = ELBv2Backend._validate_path_pattern_condition

    def check_paths(self: ELBv2Backend, condition: dict[str, Any]) -> None:
        if "RegexValues" not in condition.get("PathPatternConfig", {}):
            check(self, condition)

    ELBv2Backend._validate_path_pattern_condition = check_paths


def keep_transforms() -> None:
    """moto has no call for them; every attribute of a rule with the API's name is returned."""
    for method in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
        make = getattr(FakeListenerRule, method)

        def make_and_keep(*args: Any, make: Any = make, **kwargs: Any) -> Any:
            rule = make(*args, **kwargs)
            properties = next(given["Properties"] for given in (*args, *kwargs.values()) if isinstance(given, dict) and "Properties" in given)
            rule.transforms = properties.get("Transforms", [])
            return rule

        setattr(FakeListenerRule, method, make_and_keep)


def answer(model: Any, attributes: dict[str, Callable[[Any], str]]) -> None:
    """Fn::GetAtt, where moto has no answer."""
    get = getattr(model, "get_cfn_attribute", None)

    def get_attribute(self: Any, name: str) -> Any:
        return attributes[name](self) if name in attributes else get and get(self, name)

    model.get_cfn_attribute = get_attribute


def install() -> None:
    answer(FakeLoadBalancer, {"LoadBalancerFullName": lambda made: made.arn.partition(":loadbalancer/")[2]})
    answer(FakeTargetGroup, {"TargetGroupFullName": lambda made: made.arn.rpartition(":")[2]})
    complete(FakeLoadBalancer, load_balancer)
    complete(FakeTargetGroup, target_group)
    complete(FakeListener, listener)
    complete(FakeBucket, bucket)
    accept_regular_expressions()
    keep_transforms()
    apply_no_bucket_policy()
