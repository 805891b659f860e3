import { Option } from 'commander'
import { isInteractive, question } from '../ask.js'
import { jsonFlag, text } from '../flags.js'
import { type Flag, optionalFlag, switchFlag } from '../given.js'
import { showChange } from '../init/changes.js'
import { findProject } from '../init/find-project.js'
import { nextSteps } from '../init/next-steps.js'
import { type Plan, planInit } from '../init/plan.js'
import { writeChanges } from '../init/write-changes.js'
import type { Shell } from '../shell.js'
import { printable, printableJson } from '../show/printable.js'
import { defineVerb } from '../verb.js'

const tenantFlag = ownerFlag('tenant', 'Organization')
const noTenantFlag = noOwnerFlag('tenant', 'keys belong to a user alone')
const userFlag = ownerFlag('user', 'Account')
const noUserFlag = noOwnerFlag('user', 'keys belong to a tenant alone')
const tenantOfUserFlag = optionalFlag(
  '--tenant-of-user <field>',
  "the user's field with the id of its tenant",
  text,
)
const schemaFlag = optionalFlag(
  '--schema <path>',
  'the Prisma schema; default: as your Prisma config has it',
  text,
)
const migrationsFlag = optionalFlag(
  '--migrations <path>',
  'the folder of your migrations; default: likewise',
  text,
)
const writeFlag = switchFlag('--write', 'write without asking')

export const init = defineVerb({
  name: 'init',
  summary: 'add the models and the migration of API keys to a Prisma project',
  details:
    'Reads your schema, finds the models of your tenants and users, and shows what it would add: the models of keys, the other ends of their relations, and a migration with their tables, constraints and triggers for your tables and id types. Writes when you agree, or with --write. Changes nothing else, needs no database, and may run again.',
  positionals: [],
  flags: [
    ...[tenantFlag, noTenantFlag, userFlag, noUserFlag, tenantOfUserFlag],
    ...[schemaFlag, migrationsFlag, writeFlag, jsonFlag],
  ],
  examples: ['init', 'init --tenant Organization --user Account --write', 'init --user Member --no-tenant'],
  parse: (given) => ({
    owners: {
      tenant: noTenantFlag.read(given) ? (false as const) : tenantFlag.read(given),
      user: noUserFlag.read(given) ? (false as const) : userFlag.read(given),
      tenantOfUser: tenantOfUserFlag.read(given),
    },
    places: { schema: schemaFlag.read(given), migrations: migrationsFlag.read(given) },
    isAgreed: writeFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  async run({ owners, places, isAgreed, asJson }, shell) {
    const folder = process.cwd()
    const project = await findProject(folder, places)
    const plan = planInit(project, owners, shell.nowMs())
    if (!asJson) await showPlan(plan, folder, shell)
    const isWritten = plan.changes.length > 0 && (isAgreed || (!asJson && (await agrees(shell))))
    if (isWritten) writeChanges(plan.changes, project.files)
    if (asJson) {
      const changes = plan.changes.map(({ path, before, after }) => ({ path, isNew: before === null, after }))
      return shell.print(printableJson({ isWritten, changes }))
    }
    if (plan.changes.length === 0) {
      const isAsked = Object.values(owners).some((owner) => owner !== undefined)
      const same = isAsked ? ' What you say of tenants and users changes nothing of that.' : ''
      return shell.print(`Nothing to add: the models and their migration are there.${same}`)
    }
    if (isWritten) return shell.print(nextSteps(plan.owners))
    await shell.note('Nothing was written. To write it, run this again with --write.')
  },
})

async function showPlan({ changes, owners, unmade }: Plan, folder: string, shell: Shell): Promise<void> {
  if (owners !== null) {
    const { tenant, user } = owners
    await shell.note(`Tenants: ${tenant.model.name}. Users: ${user.model.name}.`)
  }
  if (changes.length > 0 && unmade.length > 0) {
    const tables = unmade.map((table) => `"${printable(table)}"`).join(' and ')
    await shell.note(
      `No migration here makes ${tables}. If "prisma migrate dev" is to make it, run that first: migrations are applied in the order of their names.`,
    )
  }
  for (const change of changes) await shell.print(`${showChange(change, folder, shell.paint)}\n`)
}

async function agrees(shell: Shell): Promise<boolean> {
  return isInteractive(shell) && (await question(shell, 'Write this? [y/N] ')).trim().toLowerCase() === 'y'
}

function ownerFlag(role: string, example: string): Flag<string | undefined> {
  const flag = optionalFlag(
    `--${role} <model>`,
    `the model of your ${role}s, such as ${example}; default: found`,
    text,
  )
  return { ...flag, read: (given) => (given.flags[role] === false ? undefined : flag.read(given)) }
}

/** Of one option, as commander has it: what was given last counts. */
function noOwnerFlag(role: string, meaning: string): Flag<boolean> {
  const option = new Option(`--no-${role}`, meaning)
  return { option, isRequired: false, read: (given) => given.flags[role] === false }
}
