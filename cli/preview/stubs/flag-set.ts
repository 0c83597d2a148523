/** A flag of the preview, for both formats of PostHog. */
export interface PreviewFlag {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** The variant for everyone; undefined for a flag that is on or off. */
  readonly variant?: string;
  /** A required property of the person; undefined for a flag that is on for everyone. */
  readonly needs?: { readonly key: string; readonly value: string };
  readonly payload?: unknown;
  /** Indicates whether it can also be loaded by its key. In `/flags`, it is on for everyone. */
  readonly remoteConfig?: boolean;
}

/** The flags of the preview: one of each kind. */
export const FLAGS: readonly PreviewFlag[] = [
  { id: 1, key: 'preview-on', name: 'On for everyone' },
  { id: 2, key: 'preview-variant', name: 'A variant, with a payload', variant: 'test', payload: { colour: 'blue' } },
  { id: 3, key: 'preview-enterprise', name: 'On for persons whose plan is enterprise', needs: { key: 'plan', value: 'enterprise' } },
  { id: 4, key: 'preview-config', name: 'A remote configuration', payload: { limit: 10 }, remoteConfig: true },
];

/** The person of a request. */
export interface FlagsQuestion {
  readonly token?: string;
  readonly api_key?: string;
  readonly distinct_id?: string;
  readonly person_properties?: Readonly<Record<string, unknown>> | null;
}

/** Returns whether a flag is on for a person. */
export function isOn({ needs }: PreviewFlag, { person_properties: properties }: FlagsQuestion): boolean {
  return needs === undefined || properties?.[needs.key] === needs.value;
}

/** Returns the flags in the format of `/flags/?v=2` (`FlagsResponse` in rust/feature-flags/src/api/types.rs). */
export function evaluated(question: FlagsQuestion, only?: readonly string[] | null): Record<string, object> {
  const requested = FLAGS.filter(({ key }) => !only || only.includes(key));
  return Object.fromEntries(
    requested.map((flag) => {
      const enabled = isOn(flag, question);
      return [
        flag.key,
        {
          key: flag.key,
          enabled,
          variant: enabled ? (flag.variant ?? null) : null,
          reason: enabled
            ? { code: 'condition_match', condition_index: 0, description: 'Matched condition set 1' }
            : { code: 'no_condition_match', condition_index: 0, description: 'No matching condition set' },
          metadata: { id: flag.id, version: 1, description: null, payload: enabled ? payloadText(flag) : null, has_experiment: false },
        },
      ];
    }),
  );
}

function payloadText({ payload }: PreviewFlag): string | null {
  return payload === undefined ? null : JSON.stringify(payload);
}

/** Returns the flags for local evaluation in SDKs (products/feature_flags/backend/local_evaluation.py). */
export function definitions(): object {
  return {
    flags: FLAGS.map((flag) => ({
      id: flag.id,
      team_id: 1,
      name: flag.name,
      key: flag.key,
      active: true,
      deleted: false,
      version: 1,
      ensure_experience_continuity: false,
      is_remote_configuration: flag.remoteConfig ?? false,
      has_encrypted_payloads: false,
      filters: {
        groups: [{ properties: flag.needs ? [{ ...flag.needs, operator: 'exact', type: 'person' }] : [], rollout_percentage: 100 }],
        multivariate: flag.variant === undefined ? null : { variants: [{ key: flag.variant, rollout_percentage: 100 }] },
        payloads: flag.payload === undefined ? {} : { [flag.variant ?? 'true']: JSON.stringify(flag.payload) },
      },
    })),
    group_type_mapping: { 0: 'company' },
    cohorts: {},
  };
}
