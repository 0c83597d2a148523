import { invalidValue } from './errors';

/** Checks a value of a string enum; callers without a type checker can pass any text. */
export function checkEnum(prop: string, value: string, enumeration: Readonly<Record<string, string>>): void {
  const values = Object.values(enumeration);
  if (!values.includes(value)) {
    throw invalidValue(prop, `must be one of ${values.join(', ')}`, value);
  }
}
