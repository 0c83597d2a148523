/** The parts of an image reference, as Docker parses it: a name, then a tag, a digest, or both. */
export interface ImageReference {
  /** The registry and the repository in it, or the repository alone: `ghcr.io/posthog/posthog/capture`. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const REFERENCE = /^(?<name>[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*)(:(?<tag>[\w][\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Parses an image reference. Returns undefined for any other text. */
export function parseImageReference(text: string): ImageReference | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  return groups && { name: groups.name, tag: groups.tag, digest: groups.digest };
}

/** Returns the rule for an image, as the rest of a sentence that begins with the prop. */
export function imageRule(example: string): string {
  return `must be an image such as ${example}@sha256:<64 hexadecimal digits>`;
}
