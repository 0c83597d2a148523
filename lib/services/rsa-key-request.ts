/** What defineRsaKey asks its function to fill: the properties of the custom resource. */
export interface RsaKeyRequest {
  readonly SecretArn: string;
}

/** What the function answers once the secret holds a key: the same ARN. Whoever refers to it waits for the key. */
export interface RsaKeyAnswer {
  readonly SecretArn: string;
}
