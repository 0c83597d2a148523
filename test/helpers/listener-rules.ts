import { ListenerRule } from '../../cli/alb/evaluate';
import { RuleAction } from '../../cli/alb/listener-rule';
import { CloudFormationTemplate, listenersOf } from '../../cli/alb/template';

/**
 * The rules of a template's listener, its default action as the last of them.
 *
 * @param template the synthesised template
 * @param port the port of the listener
 */
export function rulesOf(template: CloudFormationTemplate, port = 443): readonly ListenerRule<RuleAction>[] {
  const listeners = listenersOf(template).filter((listener) => listener.port === port);
  if (listeners.length !== 1) {
    throw new Error(`the template must have one listener on port ${port}, got: ${listeners.length}`);
  }
  return listeners[0].rules;
}
