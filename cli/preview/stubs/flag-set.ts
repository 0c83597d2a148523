/** One flag of the preview: what it is worth for whom, in the two shapes in which PostHog tells of it. */
export interface PreviewFlag {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** The variant that everyone gets; left out for a flag that is on or off. */
  readonly variant?: string;
  /** A property that a person must have; left out for a flag that everyone has. */
  readonly needs?: { readonly key: string; readonly value: string };
  readonly payload?: unknown;
  /** Whether it can be asked for by its key alone, too; `/flags` tells of it as of a flag that everyone has. */
  readonly remoteConfig?: boolean;
}

/** The flags that the preview offers: one of each kind. */
export const FLAGS: readonly PreviewFlag[] = [
  { id: 1, key: 'preview-on', name: 'On for everyone' },
  { id: 2, key: 'preview-variant', name: 'A variant, with a payload', variant: 'test', payload: { colour: 'blue' } },
  { id: 3, key: 'preview-enterprise', name: 'On for persons whose plan is enterprise', needs: { key: 'plan', value: 'enterprise' } },
  { id: 4, key: 'preview-config', name: 'A remote configuration', payload: { limit: 10 }, remoteConfig: true },
];

/** What is asked for a person. */
export interface FlagsQuestion {
  readonly token?: string;
  readonly api_key?: string;
  readonly distinct_id?: string;
  readonly person_properties?: Readonly<Record<string, unknown>> | null;
}

/** Whether a flag is on for the person in question. */
export function isOn({ needs }: PreviewFlag, { person_properties: properties }: FlagsQuestion): boolean {
  return needs === undefined || properties?.[needs.key] === needs.value;
}

/** The flags as `/flags/?v=2` tells of them (`FlagsResponse` in rust/feature-flags/src/api/types.rs). */
export function evaluated(question: FlagsQuestion, only?: readonly string[] | null): Record<string, object> {
  const asked = FLAGS.filter(({ key }) => !only || only.includes(key));
  return Object.fromEntries(asked.map((flag) => {
    const enabled = isOn(flag, question);
    return [flag.key, {
      key: flag.key,
      enabled,
      variant: enabled ? (flag.variant ?? null) : null,
      reason: enabled
        ? { code: 'condition_match', condition_index: 0, description: 'Matched condition set 1' }
        : { code: 'no_condition_match', condition_index: 0, description: 'No matching condition set' },
      metadata: { id: flag.id, version: 1, description: null, payload: enabled ? payloadText(flag) : null, has_experiment: false },
    }];
  }));
}

function payloadText({ payload }: PreviewFlag): string | null {
  return payload === undefined ? null : JSON.stringify(payload);
}

/** The flags as SDKs evaluate them themselves (products/feature_flags/backend/local_evaluation.py). */
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
