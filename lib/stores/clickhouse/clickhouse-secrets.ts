import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DICT_READER_NAME, READER_NAME, USER_NAME } from './config/shared-settings';
import { withoutSnapshot } from '../removal';
import { acknowledge } from '../../private/acknowledge';
import { defineSecret } from '../../private/encrypted-secret';
import { defaultSecretKey } from '../../private/encryption-key';

/** The secrets of the servers. */
export interface ClickHouseSecrets {
  /** The username and password of PostHog's user. */
  readonly credentials: ISecret;
  /** The username and password of the user that dictionaries read as. */
  readonly dictReaderCredentials: ISecret;
  /** The username and password of the user with read-only access to events, if there is one. */
  readonly readerCredentials?: ISecret;
  /** The shared secret of the servers. */
  readonly clusterSecret: ISecret;
}

/** ClickHouse inserts passwords into XML without escaping, and PostHog into the definitions of dictionaries. */
const PASSWORD = { excludePunctuation: true, passwordLength: 40 };

const NO_ROTATION =
  'PostHog writes the password into dictionaries, and servers authenticate each other with the secret; docs/clickhouse.md describes manual rotation';

/** Defines the secrets of the servers. */
export function defineSecrets(scope: Construct, removalPolicy: RemovalPolicy, reader: boolean): ClickHouseSecrets {
  const secret = (id: string, purpose: string, username?: string): Secret => {
    const template = username === undefined ? {} : { secretStringTemplate: JSON.stringify({ username }), generateStringKey: 'password' };
    const defined = defineSecret(scope, id, {
      description: `PostHog ClickHouse: ${purpose}`,
      removalPolicy: withoutSnapshot(removalPolicy),
      generateSecretString: { ...template, ...PASSWORD },
    });
    acknowledge(defined, {
      'AwsSolutions-SMG4': NO_ROTATION,
      'SecretsManagerRotationEnabled': NO_ROTATION,
      ...defaultSecretKey(scope),
    });
    return defined;
  };
  return {
    credentials: secret('Credentials', 'username and password', USER_NAME),
    dictReaderCredentials: secret('DictReader', 'username and password for dictionaries', DICT_READER_NAME),
    readerCredentials: reader ? secret('Reader', 'username and password for read-only access to events', READER_NAME) : undefined,
    clusterSecret: secret('ClusterSecret', 'shared secret of the servers'),
  };
}
