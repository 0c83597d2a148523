/** Public on-demand prices of one region, in US dollars. */
export interface Prices {
  /** The month of the prices. */
  readonly asOf: string;
  readonly region: string;
  /** Dollars per hour, by service and instance type. */
  readonly hourly: Readonly<Record<'ec2' | 'rds' | 'cache' | 'msk', Readonly<Record<string, number>>>>;
  /** Dollars per hour and unit. */
  readonly perHour: Readonly<
    Record<
      | 'fargateVcpu'
      | 'fargateGb'
      | 'fargateArmVcpu'
      | 'fargateArmGb'
      | 'fargateDiskGb'
      | 'loadBalancer'
      | 'natGateway'
      | 'interfaceEndpoint'
      | 'publicIpv4',
      number
    >
  >;
  /** Dollars per month and unit. */
  readonly perMonth: Readonly<
    Record<
      | 'gp3Gb'
      | 'gp3Iops'
      | 'gp3Throughput'
      | 'rdsGb'
      | 'mskGb'
      | 'snapshotGb'
      | 's3Gb'
      | 'secret'
      | 'hostedZone'
      | 'kmsKey'
      | 'metric'
      | 'enhancedInsightsMetric'
      | 'alarmMetric'
      | 'compositeAlarm'
      | 'dashboard'
      | 'webAcl'
      | 'webAclRule',
      number
    >
  >;
  /** The part of the on-demand price that Fargate Spot saves, an estimate: 0.5 is half of it. */
  readonly fargateSpotDiscount: number;
}

export const HOURS_PER_MONTH = 730;

/**
 * Prices of us-east-1, copied by hand from AWS's pricing pages. They age, so an estimate shows the magnitude of a bill, not its cents.
 *
 * @see https://aws.amazon.com/ec2/pricing/on-demand/
 * @see https://aws.amazon.com/ebs/pricing/ (also of snapshots)
 * @see https://aws.amazon.com/s3/pricing/
 * @see https://aws.amazon.com/fargate/pricing/
 * @see https://aws.amazon.com/rds/postgresql/pricing/
 * @see https://aws.amazon.com/elasticache/pricing/
 * @see https://aws.amazon.com/msk/pricing/
 * @see https://aws.amazon.com/elasticloadbalancing/pricing/
 * @see https://aws.amazon.com/vpc/pricing/
 * @see https://aws.amazon.com/secrets-manager/pricing/
 * @see https://aws.amazon.com/route53/pricing/
 * @see https://aws.amazon.com/kms/pricing/
 * @see https://aws.amazon.com/cloudwatch/pricing/
 * @see https://aws.amazon.com/waf/pricing/
 */
export const PRICES: Prices = {
  asOf: '2025-11',
  region: 'us-east-1',
  hourly: {
    ec2: {
      't4g.nano': 0.0042,
      't4g.micro': 0.0084,
      't4g.small': 0.0168,
      't4g.medium': 0.0336,
      't4g.large': 0.0672,
      't4g.xlarge': 0.1344,
      't3.micro': 0.0104,
      't3.small': 0.0208,
      't3.medium': 0.0416,
      'm7g.medium': 0.0408,
      'm7g.large': 0.0816,
      'm7g.xlarge': 0.1632,
      'm7g.2xlarge': 0.3264,
      'r7g.medium': 0.0536,
      'r7g.large': 0.1071,
      'r7g.xlarge': 0.2142,
      'r7g.2xlarge': 0.4284,
      'r7g.4xlarge': 0.8568,
    },
    rds: {
      'db.t4g.micro': 0.016,
      'db.t4g.small': 0.032,
      'db.t4g.medium': 0.065,
      'db.t4g.large': 0.129,
      'db.m7g.large': 0.168,
      'db.m7g.xlarge': 0.337,
      'db.r7g.large': 0.239,
      'db.r7g.xlarge': 0.478,
    },
    cache: {
      'cache.t4g.micro': 0.0128,
      'cache.t4g.small': 0.0256,
      'cache.t4g.medium': 0.052,
      'cache.m7g.large': 0.1264,
      'cache.r7g.large': 0.1752,
    },
    msk: {
      'kafka.t3.small': 0.0456,
      'kafka.m5.large': 0.21,
      'kafka.m7g.large': 0.204,
      'kafka.m7g.xlarge': 0.408,
      'kafka.m7g.2xlarge': 0.816,
      'express.m7g.large': 0.408,
    },
  },
  perHour: {
    fargateVcpu: 0.04048,
    fargateGb: 0.004445,
    fargateArmVcpu: 0.03238,
    fargateArmGb: 0.00356,
    fargateDiskGb: 0.000111,
    loadBalancer: 0.0225,
    natGateway: 0.045,
    interfaceEndpoint: 0.01,
    publicIpv4: 0.005,
  },
  perMonth: {
    gp3Gb: 0.08,
    gp3Iops: 0.005,
    gp3Throughput: 0.04,
    rdsGb: 0.115,
    mskGb: 0.1,
    snapshotGb: 0.05,
    s3Gb: 0.023,
    secret: 0.4,
    hostedZone: 0.5,
    kmsKey: 1,
    metric: 0.3,
    enhancedInsightsMetric: 0.07,
    alarmMetric: 0.1,
    compositeAlarm: 0.5,
    dashboard: 3,
    webAcl: 5,
    webAclRule: 1,
  },
  // The price of Spot changes with demand. AWS says "up to 70%" (https://aws.amazon.com/fargate/pricing/); users see 50 to 70 percent
  // (https://fortem.dev/fargate-spot/), so this is the least.
  fargateSpotDiscount: 0.5,
};
