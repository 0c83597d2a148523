"""The app of app.ts in Python. Both must synthesise the same template."""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_posthog import (
    AppAccess,
    Cache,
    CacheEncryption,
    ClickHouse,
    Kafka,
    ObjectStorage,
    PostHog,
    PostHogProcess,
    PostHogServiceOptions,
    PostHogSize,
    Postgres,
    Product,
)

app = cdk.App(analytics_reporting=False)
stack = cdk.Stack(app, "Languages", env=cdk.Environment(account="111122223333", region="eu-central-1"))


def secret(name: str) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_name_v2(stack, name, name)


posthog = PostHog(
    stack,
    "PostHog",
    domain_name="posthog.example.com",
    certificate=acm.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
    ),
    app_access=AppAccess.from_cidrs(["198.51.100.0/24"]),
    products=[Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
    size=PostHogSize.PRODUCTION,
    service_options=[
        PostHogServiceOptions(process=PostHogProcess.WEB, cpu=4096, memory_limit_mib=16384, environment={"GRANIAN_WORKERS": "7"}),
        PostHogServiceOptions(process=PostHogProcess.INGESTION_SESSION_REPLAY, min_tasks=3, max_tasks=9),
    ],
    postgres=Postgres.from_postgres_attributes(
        stack, "Postgres", url_secret=secret("postgres-url"), node_url_secret=secret("node-url"), node_cyclotron_url_secret=secret("node-cyclotron-url")
    ),
    cache=Cache.from_cache_attributes(stack, "Cache", host="cache.internal", encryption=CacheEncryption.NONE),
    kafka=Kafka.from_kafka_attributes(stack, "Kafka", bootstrap_servers="b-1.internal:9094", cluster_name="events"),
    click_house=ClickHouse.from_click_house_attributes(stack, "ClickHouse", host="clickhouse.internal", credentials=secret("clickhouse")),
    object_storage=ObjectStorage.from_object_storage_attributes(stack, "ObjectStorage", bucket=s3.Bucket.from_bucket_name(stack, "Bucket", "objects")),
)

web = posthog.service(PostHogProcess.WEB)
web.connections.add_security_group(ec2.SecurityGroup.from_security_group_id(stack, "SmtpClients", "sg-0123456789abcdef0"))
s3.Bucket(stack, "Exports").grant_read(web)

for service in posthog.services:
    cloudwatch.Alarm(
        stack,
        f"{service.node.id}Running",
        metric=service.metric_running_task_count(),
        threshold=1,
        evaluation_periods=3,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    )
cloudwatch.Alarm(
    stack,
    "Lag",
    metric=posthog.service(PostHogProcess.INGESTION_SESSION_REPLAY).metric_consumer_lag(),
    threshold=100000,
    evaluation_periods=3,
)
cdk.CfnOutput(stack, "Key", value=posthog.app_secrets.secret_key.secret_arn)

app.synth()
