import { ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PathPatterns } from './path-pattern';

/** A condition on the path. The CDK's own condition supports patterns, but no regular expressions yet. */
export class PathCondition extends ListenerCondition {
  public constructor(private readonly patterns: PathPatterns) {
    super();
  }

  public renderRawCondition(): unknown {
    return { field: 'path-pattern', pathPatternConfig: { values: this.patterns.globs, regexValues: this.patterns.regexes } };
  }
}
