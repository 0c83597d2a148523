import { Installation } from './installation';
import { startServices, stopServices } from './services';
import { code, note, physicalId, shell, Step } from './step';

const RESTORED = 'posthog-restored';

// The commands are those of https://docs.aws.amazon.com/cli/latest/reference/rds/: an instance and a cluster differ in more than their names.
const INSTANCE = {
  subnetGroup: `aws rds describe-db-instances --db-instance-identifier "$DATABASE" --query 'DBInstances[0].DBSubnetGroup.DBSubnetGroupName' --output text`,
  restore: `aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier "$DATABASE" --target-db-instance-identifier ${RESTORED}`,
  time: '--restore-time',
  wait: `aws rds wait db-instance-available --db-instance-identifier ${RESTORED}`,
  snapshot: `aws rds create-db-snapshot --db-instance-identifier ${RESTORED} --db-snapshot-identifier ${RESTORED}`,
  waitForSnapshot: `aws rds wait db-snapshot-available --db-snapshot-identifier ${RESTORED}`,
  snapshots: `aws rds describe-db-snapshots --query 'DBSnapshots[].[SnapshotCreateTime,DBInstanceIdentifier,DBSnapshotIdentifier]' --output table`,
};

const CLUSTER: typeof INSTANCE = {
  subnetGroup: `aws rds describe-db-clusters --db-cluster-identifier "$DATABASE" --query 'DBClusters[0].DBSubnetGroup' --output text`,
  restore: `aws rds restore-db-cluster-to-point-in-time --source-db-cluster-identifier "$DATABASE" --db-cluster-identifier ${RESTORED}`,
  time: '--restore-to-time',
  wait: `aws rds wait db-cluster-available --db-cluster-identifier ${RESTORED}`,
  snapshot: `aws rds create-db-cluster-snapshot --db-cluster-identifier ${RESTORED} --db-cluster-snapshot-identifier ${RESTORED}`,
  waitForSnapshot: `aws rds wait db-cluster-snapshot-available --db-cluster-snapshot-identifier ${RESTORED}`,
  snapshots:
    `aws rds describe-db-cluster-snapshots ` +
    `--query 'DBClusterSnapshots[].[SnapshotCreateTime,DBClusterIdentifier,DBClusterSnapshotIdentifier]' --output table`,
};

/** Returns the steps that create a server of PostgreSQL from the transaction logs of the old one. */
export function databaseSteps(installation: Installation): Step[] {
  const { rds } = installation;
  const commands = rds?.isCluster ? CLUSTER : INSTANCE;
  return [
    stopServices(installation),
    shell(
      'Restore to the last moment, or to one before the loss, as a new server: the old one stays as it is',
      rds ? `DATABASE=$(${physicalId(rds)})` : 'DATABASE=<the RDS instance>',
      // Without it, RDS takes the default subnet group: that of the default VPC, which an account may not have.
      `SUBNETS=$(${commands.subnetGroup})`,
      `${commands.restore} --db-subnet-group-name "$SUBNETS" --use-latest-restorable-time   # or ${commands.time} 2026-11-30T12:00:00Z`,
    ),
    shell('If the old server is deleted, nothing is left to restore from but its snapshots: take the last one instead', commands.snapshots),
    shell(
      'Create a snapshot of it, which the construct creates its server from. A wait ends after 30 minutes: repeat it then',
      commands.wait,
      commands.snapshot,
      commands.waitForSnapshot,
    ),
    code(
      'Pass a server from that snapshot to PostHog. Keep `snapshotIdentifier` for the whole life of that server (docs/stores.md)',
      `const restored = new Postgres(this, 'PostgresRestored', { vpc, vpcSubnets, snapshotIdentifier: '${RESTORED}' });`,
      "new PostHog(this, 'PostHog', { ..., postgres: restored })",
    ),
    shell('Deploy', 'npx cdk deploy --all'),
    startServices(installation),
    note(
      'Afterwards',
      `Delete the server ${RESTORED}, which nothing uses. ClickHouse may have events of persons that PostgreSQL does not know any more.`,
    ),
  ];
}
