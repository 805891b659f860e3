import { usageFailure } from '../failure.js'
import type { HostField, HostModel } from './host-schema.js'

/** Who keys are for: the host's models, and how a user says which tenant it is of. */
export interface Owners {
  readonly tenant: OwnerModel
  readonly user: OwnerModel
  /** Of the user's model: the id of its tenant; where one model is both, its own id. */
  readonly tenantOfUser: HostField
}

export interface OwnerModel {
  readonly model: HostModel
  readonly id: HostField
}

/** What a person said of them; `false` is none. */
export interface AskedOwners {
  readonly tenant: string | false | undefined
  readonly user: string | false | undefined
  readonly tenantOfUser: string | undefined
}

const tenantNames = /^(tenant|organi[sz]ation|org|workspace|team|company|customer|account)$/i
const userNames = /^(user|member|account|person|employee)$/i

/** Finds the models of tenants and users. Throws a usage failure that says which flag decides. */
export function chooseOwners(models: readonly HostModel[], asked: AskedOwners): Owners {
  if (asked.tenant === false && asked.user === false) {
    throw usageFailure('Somebody has to own the keys: leave out --no-tenant or --no-user.')
  }
  if (asked.tenant === false) return alone(models, 'user', asked.user, userNames)
  if (asked.user === false) return alone(models, 'tenant', asked.tenant, tenantNames)

  const user = find(models, 'user', asked.user, userNames, asked.tenant)
  const tenant =
    asked.tenant === undefined
      ? find(models, 'tenant', parentOf(models, user), tenantNames, user.name)
      : find(models, 'tenant', asked.tenant, tenantNames)
  return {
    tenant: withId(tenant),
    user: withId(user),
    tenantOfUser: tenantField(user, tenant, asked.tenantOfUser),
  }
}

function alone(
  models: readonly HostModel[],
  role: 'tenant' | 'user',
  name: string | undefined | false,
  names: RegExp,
): Owners {
  const owner = withId(find(models, role, name || undefined, names))
  return { tenant: owner, user: owner, tenantOfUser: owner.id }
}

function find(
  models: readonly HostModel[],
  role: 'tenant' | 'user',
  name: string | undefined | false,
  names: RegExp,
  taken?: string,
): HostModel {
  const wanted = typeof name === 'string' ? name : undefined
  const found = models.filter((model) =>
    wanted === undefined ? names.test(model.name) && model.name !== taken : model.name === wanted,
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const flags = `name it with --${role}, or say --no-${role}`
  const all = `The models are ${models.map((model) => model.name).join(', ')}.`
  if (wanted !== undefined) throw usageFailure(`There is no model ${wanted}. ${all}`)
  if (only === undefined) throw usageFailure(`No model looks like that of your ${role}s: ${flags}. ${all}`)
  throw usageFailure(`Your ${role}s may be ${found.map((model) => model.name).join(' or ')}: ${flags}.`)
}

/** The one tenant that the user's relations lead to, whatever it is called. */
function parentOf(models: readonly HostModel[], user: HostModel): string | undefined {
  const parents = user.fields
    .filter(({ relationFromFields }) => relationFromFields.length === 1)
    .map(({ type }) => type)
    .filter((name) => tenantNames.test(name) && models.some((model) => model.name === name))
  return new Set(parents).size === 1 ? parents[0] : undefined
}

function withId(model: HostModel): OwnerModel {
  const id = model.fields.find(({ isId }) => isId)
  if (id === undefined) {
    throw usageFailure(`The model ${model.name} has no single @id field, which a key could reference.`)
  }
  if (model.schema) {
    throw usageFailure(
      `The model ${model.name} names a schema of its own: all tables have to stand in one schema, which the connection chooses.`,
    )
  }
  return { model, id }
}

function tenantField(user: HostModel, tenant: HostModel, name: string | undefined): HostField {
  const joined = user.fields
    .filter(({ type, relationFromFields }) => type === tenant.name && relationFromFields.length === 1)
    .map(({ relationFromFields: [field] }) => field)
  const candidates = name === undefined ? [...new Set(joined)] : [name]
  const fields = user.fields.filter((field) => field.kind === 'scalar' && candidates.includes(field.name))
  const [only] = fields
  if (only !== undefined && fields.length === 1) return only
  if (name !== undefined) throw usageFailure(`The model ${user.name} has no column ${name}.`)
  if (only === undefined) {
    throw usageFailure(
      `The model ${user.name} has no relation to one ${tenant.name}: keys are for a user of one tenant. Say --no-tenant, and each ${user.name} has keys; or --no-user, and each ${tenant.name} has.`,
    )
  }
  throw usageFailure(
    `The model ${user.name} has several fields that lead to ${tenant.name}: choose one with --tenant-of-user ${fields.map((field) => field.name).join(' or ')}.`,
  )
}
