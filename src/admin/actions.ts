/** Everything that can be done over HTTP; what an actor may do is a list of these. */
export const adminActions = [
  ...(['issue', 'list', 'read', 'usage'] as const),
  ...(['update', 'rotate', 'revoke', 'events'] as const),
] as const

/** What the management router can do; `authorize` grants some of them. */
export type AdminAction = (typeof adminActions)[number]

export function isAdminAction(value: unknown): value is AdminAction {
  return adminActions.some((action) => action === value)
}
