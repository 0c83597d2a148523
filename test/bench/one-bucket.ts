import { App, Stack } from 'aws-cdk-lib/core';
import { Bucket } from 'aws-cdk-lib/aws-s3';

/** The floor of figures: the smallest app that a user could have. */
new Bucket(new Stack(new App(), 'OneBucket'), 'Bucket');
