import { App } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AnalyticsStack } from '../minimal/app';

interface Rule {
  Properties: { Priority: number; Conditions: unknown[]; Actions: { Type: string }[] };
}

/**
 * What a team would have in its own repository: a test that fails when an upgrade of cdk-posthog, or a change of its own, changes what
 * will be deployed, and says what.
 */
describe('our analytics stack', () => {
  // Your app's feature flags change templates; give the test those of your cdk.json.
  const template = Template.fromStack(new AnalyticsStack(new App(), 'Analytics'));

  test('has not changed what visitors reach', () => {
    const rules = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as Rule[];
    const byPriority = rules.map(({ Properties }) => Properties).sort((a, b) => a.Priority - b.Priority);
    expect(byPriority.map(({ Priority, Conditions, Actions }) => ({ Priority, Conditions, Actions: Actions.map(({ Type }) => Type) }))).toMatchSnapshot();
  });

  test('keeps the app behind TLS at our name', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Protocol: 'HTTPS' });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'posthog.example.com.', Type: 'A' });
  });

  test('loses no secret when the stack goes, but for keys that can be made again', () => {
    const lost = template.findResources('AWS::SecretsManager::Secret', Match.not(Match.objectLike({ DeletionPolicy: 'Retain' })));
    // The keys of a user that goes with them; a new deployment makes others.
    expect(Object.keys(lost)).toEqual([expect.stringContaining('SymbolSetKeys')]);
  });
});
