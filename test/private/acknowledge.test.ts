import { resultText } from '../../lib/private/acknowledge';

describe('the text of a finding', () => {
  test.each([
    ['a text', 'arn:aws:s3:::objects', 'arn:aws:s3:::objects'],
    ['a reference', { Ref: 'Bucket' }, '<Bucket>'],
    ['an attribute', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, '<Bucket.Arn>'],
    ['a joined text', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/', { Ref: 'Prefix' }, '*']] }, '<Bucket.Arn>/<Prefix>*'],
    ['a text joined with something between', { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }]] }, 'arn:<AWS::Partition>'],
  ])('has the format of cdk-nag for %s', (_, resolved, text) => {
    expect(resultText(resolved)).toBe(text);
  });
});
