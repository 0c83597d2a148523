"""Which defaults fit PostHog's own machines only."""

import re

LOOPBACK = re.compile(r"(^|[/@\[,\"'])(localhost|127\.0\.0\.1|::1)(?=$|[:/\],\"'])")
CLUSTER = re.compile(r"\.svc\.cluster\.local|\.cluster\.local|\.internal(?=$|[:/])")

# The services of docker-compose.base.yml and docker-compose.hobby.yml, and the names that PostHog's own charts give others.
COMPOSE = (
    "db redis redis7 valkey kafka zookeeper clickhouse objectstorage seaweedfs minio temporal elasticsearch web worker plugins capture "
    "replay-capture "
    "feature-flags hypercache-server livestream cymbal personhog-router personhog-replica browserless mailhog maildev recording-api cdp "
    "proxy otel-collector jaeger llm-gateway embedding-api property-defs-rs"
).split()
HOST = re.compile(rf"^([a-z][a-z0-9+]*://)?([^/@]*@)?({'|'.join(COMPOSE)})(:\d+)?(/.*)?$")

REGION = re.compile(r"^(us|eu)-(east|west|central)-\d$")
# A name whose value can only be somebody's own.
OWNED = re.compile(r"(BUCKET|BUCKET_NAME|ROLE|ROLE_ARN|ACCESS_KEY_ID|ACCESS_KEY|SECRET_ACCESS_KEY|ACCOUNT_ID|QUEUE_URL)$")


def kind_of(name: str, default) -> str | None:
    """What is local about a default, or nothing."""
    if not isinstance(default, str) or not default:
        return None
    if LOOPBACK.search(default):
        return "loopback"
    if CLUSTER.search(default):
        return "cluster"
    if HOST.match(default) and re.search(r"(HOST|HOSTS|URL|ADDR|ADDRESS|ENDPOINT|BROKER_LIST|BROKERS|SERVER|DSN|SEEDS)", name):
        return "compose"
    if REGION.match(default):
        return "region"
    if OWNED.search(name):
        return "placeholder"
    return None
