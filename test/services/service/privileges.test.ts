import { Template } from 'aws-cdk-lib/assertions';
import { Product } from '../../../lib';
import { IMAGES, imageNamed, ImageName } from '../../../lib/catalog/images';
import { droppedCapabilities } from '../../../lib/catalog/privileges';
import { PROCESSES } from '../../../lib/catalog/processes';
import { newPostHog, newStack } from '../../helpers/stack';
import { taskOf } from '../../helpers/template';

interface Container {
  readonly Name: string;
  readonly User?: string;
  readonly Privileged?: boolean;
  readonly ReadonlyRootFilesystem?: boolean;
  readonly LinuxParameters?: { readonly Capabilities?: { readonly Add?: string[]; readonly Drop?: string[] }; readonly InitProcessEnabled?: boolean };
}

function templateOf(enableExecuteCommand = false): Template {
  const stack = newStack();
  newPostHog(stack, { products: Object.values(Product), enableExecuteCommand });
  return Template.fromStack(stack);
}

function containersOf(template: Template, process: string): Container[] {
  return (taskOf(template, process)[1] as unknown as { ContainerDefinitions: Container[] }).ContainerDefinitions;
}

/** The container that runs the process itself. */
function mainContainerOf(template: Template, process: string): Container {
  return containersOf(template, process).find(({ Name }) => Name === process)!;
}

const template = templateOf();

test('the container of each process drops the capabilities that its image does not need, and adds none', () => {
  const dropped = PROCESSES.map(({ process }) => {
    const { LinuxParameters } = mainContainerOf(template, process);
    expect(LinuxParameters?.Capabilities?.Add).toBeUndefined();
    return [process, LinuxParameters?.Capabilities?.Drop ?? []];
  });
  const expected = PROCESSES.map(({ process, image }) => [process, droppedCapabilities(imageNamed(image).privileges)]);
  expect(Object.fromEntries(dropped)).toEqual(Object.fromEntries(expected));
});

test('processes with another user or a read-only file system are those that were run so', () => {
  const found = PROCESSES.flatMap(({ process }) => {
    const { User, ReadonlyRootFilesystem } = mainContainerOf(template, process);
    return User || ReadonlyRootFilesystem ? [[process, User, ReadonlyRootFilesystem]] : [];
  });
  expect(found.sort()).toEqual([
    ['feature-flags', undefined, true],
    ['hypercache-server', undefined, true],
    ['livestream', '65534:65534', true],
  ]);
});

test('no container is privileged', () => {
  expect(PROCESSES.flatMap(({ process }) => containersOf(template, process)).filter(({ Privileged }) => Privileged)).toEqual([]);
});

test('the app keeps what its web server needs to change its user', () => {
  expect(droppedCapabilities(IMAGES.app.privileges)).toEqual(['AUDIT_WRITE', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW', 'SETFCAP', 'SYS_CHROOT']);
});

test('an image that keeps a capability, or all, has a reason with its source', () => {
  const names = Object.keys(IMAGES) as ImageName[];
  expect(names.filter((name) => IMAGES[name].privileges.reason.length < 20)).toEqual([]);
  expect(names.filter((name) => IMAGES[name].privileges.keeps === 'all')).toEqual(['browserless', 'sqlxMigrate']);
});

test('with ECS Exec, containers keep their capabilities, the user of their image and a writable file system', () => {
  const withExec = templateOf(true);
  const dropped = PROCESSES.filter(({ process }) => {
    const { LinuxParameters, User, ReadonlyRootFilesystem } = mainContainerOf(withExec, process);
    return (LinuxParameters?.Capabilities?.Drop ?? User ?? ReadonlyRootFilesystem) !== undefined;
  });
  expect(dropped.map(({ process }) => process)).toEqual([]);
});
