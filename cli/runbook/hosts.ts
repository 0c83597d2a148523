import { CommandError } from '../command';
import { Installation } from './installation';
import { comment, quoted, ShellNames } from './shell';

/** The preferences of a refresh: each host ends only after its successor has started, and its tasks move while it drains. */
const PREFERENCES = { MinHealthyPercentage: 100, MaxHealthyPercentage: 110, InstanceWarmup: 300, SkipMatching: false };

/** Returns the commands that replace EC2 hosts: by ones with the newest AMI, and with the current launch template. */
export function replaceHosts({ hosts }: Installation, names: ShellNames): string[] {
  if (hosts.length === 0) {
    throw new CommandError(
      'no template has a group of EC2 hosts: tasks run on Fargate, on Managed Instances, or on a capacity provider of another stack',
    );
  }
  return hosts.flatMap((group, i) => {
    const variable = `HOSTS_${i + 1}`;
    const inGroup = `--auto-scaling-group-name "$${variable}"`;
    return [
      ...(i === 0 ? [] : ['']),
      names.set(variable, group),
      comment('the hosts, each with the version of its launch template'),
      `aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$${variable}" --query "AutoScalingGroups[0].Instances[].[InstanceId,InstanceType,AvailabilityZone,LifecycleState,LaunchTemplate.Version]" --output table`,
      comment('replace all of them, one after the other: the next one starts with the newest AMI, and the tasks of the old one move'),
      `aws autoscaling start-instance-refresh ${inGroup} --strategy Rolling --preferences ${quoted(JSON.stringify(PREFERENCES))}`,
      comment('follow it'),
      `aws autoscaling describe-instance-refreshes ${inGroup} --max-records 1 --query "InstanceRefreshes[0].[Status,PercentageComplete,StatusReason]" --output text`,
      comment(`stop it: aws autoscaling cancel-instance-refresh ${inGroup}`),
      comment(`leave hosts in the zones that they are in: aws autoscaling suspend-processes ${inGroup} --scaling-processes AZRebalance`),
    ];
  });
}
