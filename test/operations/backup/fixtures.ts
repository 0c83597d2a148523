import { Construct } from 'constructs';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ClickHouse, Postgres, PostHogBackup, PostHogBackupProps, RedpandaKafka } from '../../../lib';

/** Backups of a ClickHouse and a Redpanda on EC2 and a PostgreSQL on RDS. */
export function newBackup(scope: Construct, overrides: Partial<PostHogBackupProps> = {}): PostHogBackup {
  const vpc = overrides.vpc ?? new Vpc(scope, 'Vpc', { maxAzs: 2 });
  const kafka = new RedpandaKafka(scope, 'Kafka', { vpc });
  return new PostHogBackup(scope, 'Backup', {
    vpc,
    clickHouse: new ClickHouse(scope, 'ClickHouse', { vpc, kafka }),
    kafka,
    postgres: new Postgres(scope, 'Postgres', { vpc }),
    ...overrides,
  });
}
