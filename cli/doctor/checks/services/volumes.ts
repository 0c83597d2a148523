import { CheckContext, CheckResult, pass, unknown, warning } from '../../check';
import { isUnavailable } from '../../../aws/loaded';

/** Reports the data volumes, and those that have grown beyond the size that their template declares. */
export function checkVolumes({ deployment: { volumes } }: CheckContext): CheckResult[] {
  if (volumes === undefined) {
    return [];
  }
  if (isUnavailable(volumes)) {
    return [unknown('the sizes of the data volumes', volumes)];
  }
  return volumes.map(({ id, name, size, declared }) =>
    declared !== undefined && declared < size
      ? warning(
          `the volume ${id} of ${name} has grown to ${size} GiB, and its template declares ${declared} GiB`,
          `nothing is wrong; before you change its size, IOPS or throughput, set its \`volumeSize\` to Size.gibibytes(${size}) or more`,
        )
      : pass(`the volume ${id} of ${name} has ${size} GiB`),
  );
}
