/** The properties of the custom resource that `defineRsaKey` defines. */
export interface RsaKeyRequest {
  readonly SecretArn: string;
}

/** The attributes that the function returns once the secret holds a key. A reference to the ARN waits for the key. */
export interface RsaKeyAnswer {
  readonly SecretArn: string;
}
