import { App, Duration, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib/core';
import { AuroraPostgres, Cache, CacheEviction, ObjectStorage, Postgres, PostHogNetwork } from 'cdk-posthog';
import { Construct } from 'constructs';

/** Only data stores, which any service can use, PostHog or not. */
export class StoresStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const { vpc, storeSubnets: vpcSubnets } = new PostHogNetwork(this, 'Network');
    new Postgres(this, 'Postgres', { vpc, vpcSubnets, multiAz: true, backupRetention: Duration.days(14) });
    new AuroraPostgres(this, 'Aurora', { vpc, vpcSubnets, multiAz: true });
    new Cache(this, 'Cache', { vpc, vpcSubnets, replicas: 1 });
    // The data of data pipelines in this cache can be computed again.
    new Cache(this, 'PipelineCache', {
      vpc,
      vpcSubnets,
      evictionPolicy: CacheEviction.ALL_KEYS_LRU,
      automaticBackups: false,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new ObjectStorage(this, 'ObjectStorage', { recordingsExpiration: Duration.days(90) });
  }
}

if (require.main === module) {
  new StoresStack(new App(), 'Stores');
}
