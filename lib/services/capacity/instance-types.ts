/** The architecture of an instance type, as a task definition names it. */
export type HostArchitecture = 'X86_64' | 'ARM64';

/** An instance type that tasks can share. */
export interface HostType {
  /** The name, such as `r6a.large`. */
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** The number of tasks with a network interface of their own (network mode `awsvpc`) that fit on one instance with ENI trunking. */
  readonly tasks: number;
  readonly architecture: HostArchitecture;
}

/** The properties that the instance types of a family share. */
interface Family {
  readonly architecture: HostArchitecture;
  readonly gibPerVcpu: number;
  /** Indicates whether the family begins at `medium`, with one vCPU. */
  readonly medium: boolean;
  readonly tasks: keyof typeof TASKS;
}

/** The vCPUs of each size. */
const VCPUS = { 'medium': 1, 'large': 2, 'xlarge': 4, '2xlarge': 8, '4xlarge': 16 } as const;

type Size = keyof typeof VCPUS;

/**
 * The tasks of each size with ENI trunking.
 *
 * ECS documents them up to the generations m6a and m7g. For newer ones, which its published table does not have, they are the branch interfaces that
 * EKS counts with: for every documented type that is the number of ECS or 1 to 6 fewer.
 *
 * Sources: awsdocs/amazon-ecs-developer-guide at 021abe8, doc_source/container-instance-eni.md; aws/amazon-vpc-resource-controller-k8s v1.8.2,
 * pkg/aws/vpc/limits.go. test/services/capacity/upstream-instance-types.json has the rows of both.
 */
const TASKS: Readonly<Record<'documented' | 'branches', Readonly<Record<Size, number>>>> = {
  documented: { 'medium': 4, 'large': 10, 'xlarge': 20, '2xlarge': 40, '4xlarge': 60 },
  branches: { 'medium': 4, 'large': 9, 'xlarge': 18, '2xlarge': 38, '4xlarge': 54 },
};

/**
 * The families of general (m) and memory (r) instances.
 *
 * Flex types and burstable ones (t3, t3a, t4g) are left out: they have two or three interfaces for tasks, with or without trunking.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/mo.html
 */
const FAMILIES: Readonly<Record<string, Family>> = {
  m6a: { architecture: 'X86_64', gibPerVcpu: 4, medium: false, tasks: 'documented' },
  r6a: { architecture: 'X86_64', gibPerVcpu: 8, medium: false, tasks: 'documented' },
  m6i: { architecture: 'X86_64', gibPerVcpu: 4, medium: false, tasks: 'documented' },
  r6i: { architecture: 'X86_64', gibPerVcpu: 8, medium: false, tasks: 'documented' },
  m7a: { architecture: 'X86_64', gibPerVcpu: 4, medium: true, tasks: 'branches' },
  r7a: { architecture: 'X86_64', gibPerVcpu: 8, medium: true, tasks: 'branches' },
  m7i: { architecture: 'X86_64', gibPerVcpu: 4, medium: false, tasks: 'branches' },
  r7i: { architecture: 'X86_64', gibPerVcpu: 8, medium: false, tasks: 'branches' },
  m6g: { architecture: 'ARM64', gibPerVcpu: 4, medium: true, tasks: 'documented' },
  r6g: { architecture: 'ARM64', gibPerVcpu: 8, medium: true, tasks: 'documented' },
  m7g: { architecture: 'ARM64', gibPerVcpu: 4, medium: true, tasks: 'documented' },
  r7g: { architecture: 'ARM64', gibPerVcpu: 8, medium: true, tasks: 'documented' },
  m8g: { architecture: 'ARM64', gibPerVcpu: 4, medium: true, tasks: 'branches' },
  r8g: { architecture: 'ARM64', gibPerVcpu: 8, medium: true, tasks: 'branches' },
};

/** The instance types that tasks can share, from `medium` to `4xlarge`, by family. */
export const HOST_TYPES: readonly HostType[] = Object.entries(FAMILIES).flatMap(([family, { architecture, gibPerVcpu, medium, tasks }]) =>
  (Object.keys(VCPUS) as Size[])
    .filter((size) => medium || size !== 'medium')
    .map((size) => ({
      name: `${family}.${size}`,
      vcpus: VCPUS[size],
      memoryMiB: VCPUS[size] * gibPerVcpu * 1024,
      tasks: TASKS[tasks][size],
      architecture,
    })),
);

/** Returns an instance type by its name; undefined if the table does not have it. */
export function hostType(name: string): HostType | undefined {
  return HOST_TYPES.find((type) => type.name === name);
}
