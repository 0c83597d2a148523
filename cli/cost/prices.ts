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
  /** The part of the on-demand price that Spot Instances save, an estimate. */
  readonly ec2SpotDiscount: number;
  /** The part of the on-demand price that a Savings Plan for one year without upfront payment saves, an estimate. */
  readonly planDiscount: Readonly<Record<'ec2' | 'fargate', number>>;
  /** The fee for ECS Managed Instances, as a part of the on-demand price of the instance, an estimate. */
  readonly managedInstancesFee: number;
}

export const HOURS_PER_MONTH = 730;

/**
 * Prices of us-east-1, copied by hand from AWS's pricing pages. They age, so an estimate shows the magnitude of a bill, not its cents.
 *
 * Those of instances that tasks share (m and r) are from github.com/aws/karpenter-provider-aws v1.15.2,
 * pkg/providers/pricing/zz_generated.pricing_aws.go, of 20 July 2026; scripts/upstream-instance-types.py renews the list that a test compares.
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
      'm6a.large': 0.0864,
      'm6a.xlarge': 0.1728,
      'm6a.2xlarge': 0.3456,
      'm6a.4xlarge': 0.6912,
      'r6a.large': 0.1134,
      'r6a.xlarge': 0.2268,
      'r6a.2xlarge': 0.4536,
      'r6a.4xlarge': 0.9072,
      'm6i.large': 0.096,
      'm6i.xlarge': 0.192,
      'm6i.2xlarge': 0.384,
      'm6i.4xlarge': 0.768,
      'r6i.large': 0.126,
      'r6i.xlarge': 0.252,
      'r6i.2xlarge': 0.504,
      'r6i.4xlarge': 1.008,
      'm7a.medium': 0.05796,
      'm7a.large': 0.11592,
      'm7a.xlarge': 0.23184,
      'm7a.2xlarge': 0.46368,
      'm7a.4xlarge': 0.92736,
      'r7a.medium': 0.07608,
      'r7a.large': 0.15215,
      'r7a.xlarge': 0.3043,
      'r7a.2xlarge': 0.6086,
      'r7a.4xlarge': 1.2172,
      'm7i.large': 0.1008,
      'm7i.xlarge': 0.2016,
      'm7i.2xlarge': 0.4032,
      'm7i.4xlarge': 0.8064,
      'r7i.large': 0.1323,
      'r7i.xlarge': 0.2646,
      'r7i.2xlarge': 0.5292,
      'r7i.4xlarge': 1.0584,
      'm6g.medium': 0.0385,
      'm6g.large': 0.077,
      'm6g.xlarge': 0.154,
      'm6g.2xlarge': 0.308,
      'm6g.4xlarge': 0.616,
      'r6g.medium': 0.0504,
      'r6g.large': 0.1008,
      'r6g.xlarge': 0.2016,
      'r6g.2xlarge': 0.4032,
      'r6g.4xlarge': 0.8064,
      'm7g.medium': 0.0408,
      'm7g.large': 0.0816,
      'm7g.xlarge': 0.1632,
      'm7g.2xlarge': 0.3264,
      'm7g.4xlarge': 0.6528,
      'r7g.medium': 0.0536,
      'r7g.large': 0.1071,
      'r7g.xlarge': 0.2142,
      'r7g.2xlarge': 0.4284,
      'r7g.4xlarge': 0.8568,
      'm8g.medium': 0.04488,
      'm8g.large': 0.08976,
      'm8g.xlarge': 0.17952,
      'm8g.2xlarge': 0.35904,
      'm8g.4xlarge': 0.71808,
      'r8g.medium': 0.05891,
      'r8g.large': 0.11782,
      'r8g.xlarge': 0.23564,
      'r8g.2xlarge': 0.47128,
      'r8g.4xlarge': 0.94256,
      'r7g.8xlarge': 1.7136,
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
      'db.r7g.2xlarge': 0.956,
      'db.r7g.4xlarge': 1.912,
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
  // "Up to 90 %" (https://aws.amazon.com/ec2/spot/pricing/); the prices of a day differ by type and zone, and the advisor shows 50 to 70 % for most of
  // these families. `--spot-discount` sets another value.
  ec2SpotDiscount: 0.6,
  // Assumptions: AWS publishes the rates in a page for signed-in readers, and "up to 66 %" and "up to 52 %" otherwise, for three years paid upfront
  // (https://aws.amazon.com/savingsplans/compute-pricing/). `--plan-discount` sets the first.
  planDiscount: { ec2: 0.27, fargate: 0.15 },
  // Public calculators take 12 % for general and memory instances; the fee is by type (https://aws.amazon.com/ecs/managed-instances/pricing/).
  managedInstancesFee: 0.12,
};
