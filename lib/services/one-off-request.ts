/** What OneOffTask asks its function to run: the properties of the custom resource. */
export interface OneOffRequest {
  readonly Cluster: string;
  readonly TaskDefinition: string;
  readonly Subnets: string[];
  readonly SecurityGroups: string[];
  /** The log group that the task writes to, for messages. */
  readonly Logs: string;
  /** What it is for, for messages. */
  readonly Purpose: string;
}
