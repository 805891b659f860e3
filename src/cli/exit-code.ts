/** How the command ends, for scripts. Documented in `--help`; a number never changes its meaning. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'failed, or doctor found something broken' },
  usage: { code: 2, meaning: 'wrong arguments, input or environment' },
  notFound: { code: 3, meaning: 'no such key in this tenant' },
  conflict: { code: 4, meaning: 'the state forbids it: key revoked, expired or rotated, file exists' },
  unreachable: { code: 5, meaning: 'the database does not answer, or refuses the connection' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>

export type Ending = keyof typeof exitCodes

export function exitCodesText(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
  return ['Exit codes:', ...lines].join('\n')
}
