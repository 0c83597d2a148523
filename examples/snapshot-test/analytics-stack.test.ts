import { App } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AnalyticsStack } from '../minimal/app';

interface Rule {
  Properties: { Priority: number; Conditions: unknown[]; Actions: { Type: string }[] };
}

/**
 * A test for your own repository. It fails when an upgrade of cdk-posthog, or a change of your own, changes the
 * deployed resources, and shows the difference.
 */
describe('our analytics stack', () => {
  // Your app's feature flags change templates: use those of your cdk.json in the test.
  const template = Template.fromStack(new AnalyticsStack(new App(), 'Analytics'));

  test('keeps the listener rules of the last snapshot', () => {
    const rules = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as Rule[];
    const byPriority = rules.map(({ Properties }) => Properties).sort((a, b) => a.Priority - b.Priority);
    expect(
      byPriority.map(({ Priority, Conditions, Actions }) => ({ Priority, Conditions, Actions: Actions.map(({ Type }) => Type) })),
    ).toMatchSnapshot();
  });

  test('keeps the app behind TLS at our name', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Protocol: 'HTTPS' });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'posthog.example.com.', Type: 'A' });
  });

  test('retains every secret when the stack is deleted, except keys that can be created again', () => {
    const lost = template.findResources('AWS::SecretsManager::Secret', Match.not(Match.objectLike({ DeletionPolicy: 'RetainExceptOnCreate' })));
    // The access keys of a user that is deleted with them; a new deployment creates others.
    expect(Object.keys(lost)).toEqual([expect.stringContaining('SymbolSetKeys')]);
  });
});
