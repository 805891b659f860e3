import type { Attributes } from '@opentelemetry/api'

/** Labels that are the names themselves. Where one of a set is left out, what is made of it does not compile. */
export function labelled<Name extends string>(
  attribute: string,
  names: readonly Name[],
): Record<Name, Attributes> {
  const rows = names.map((name): [Name, Attributes] => [name, { [attribute]: name }])
  return Object.fromEntries(rows) as Record<Name, Attributes>
}
