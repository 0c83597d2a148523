import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { PostHogProcess, PostHogProps } from '../../../lib';
import { DISCOURAGED_SETTINGS } from '../../../lib/catalog/settings/discouraged-settings';
import { newPostHog, newStack } from '../../helpers/stack';

/** Returns the paths of the constructs that warn of the interface of Granian. */
function warnings(props: Partial<PostHogProps>): string[] {
  const stack = newStack();
  newPostHog(stack, props);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('^GRANIAN_INTERFACE=\\w+ lets headers with an underscore replace.*leave it out'))
    .map(({ id }) => id);
}

const interfaceOf = (value: string, process = PostHogProcess.WEB): Partial<PostHogProps> => ({
  serviceOptions: [{ process, environment: { GRANIAN_INTERFACE: value } }],
});

test('GRANIAN_INTERFACE=wsgi of the app is warned of, once, from `environment` and from `serviceOptions`', () => {
  const web = ['/Stack/PostHog/Services/Web'];
  expect(warnings({ environment: { GRANIAN_INTERFACE: 'wsgi' } })).toEqual(web);
  expect(warnings(interfaceOf('WSGI'))).toEqual(web);
});

test('other values and other processes are not warned of', () => {
  expect(warnings({})).toEqual([]);
  expect(warnings(interfaceOf('asgi'))).toEqual([]);
  expect(warnings(interfaceOf('wsgi', PostHogProcess.WORKER))).toEqual([]);
});

test('each discouraged setting has values in lower case, and a name of its own', () => {
  expect(DISCOURAGED_SETTINGS.flatMap(({ values }) => values).filter((value) => value !== value.toLowerCase())).toEqual([]);
  expect(new Set(DISCOURAGED_SETTINGS.map(({ id }) => id)).size).toBe(DISCOURAGED_SETTINGS.length);
});
